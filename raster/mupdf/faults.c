#include "mupdf.h"

// What MuPDF said since ocr_forget. Static, because the library has one context and the
// package is for one goroutine at a time.
static struct {
	said_message messages[MAX_SAID];
	int count;
	int missing_glyph;
} said;

static void note_message(char kind, const char *text) {
	if (said.count == MAX_SAID)
		return;
	said_message m = {.kind = kind};
	strncpy(m.text, text, sizeof m.text - 1);
	for (int i = 0; i < said.count; i++)
		if (said.messages[i].kind == kind && !strcmp(said.messages[i].text, m.text))
			return;
	said.messages[said.count++] = m;
}

static void note_error(void *unused, const char *text) { note_message(SAID_ERROR, text); }
static void note_warning(void *unused, const char *text) { note_message(SAID_WARNING, text); }

void ocr_listen(fz_context *ctx) {
	fz_set_error_callback(ctx, note_error, NULL);
	fz_set_warning_callback(ctx, note_warning, NULL);
}

void ocr_forget(fz_context *ctx) {
	fz_flush_warnings(ctx);
	said.count = said.missing_glyph = 0;
}

int ocr_said(fz_context *ctx, const said_message **messages, int *missing_glyph) {
	fz_flush_warnings(ctx);
	*messages = said.messages;
	*missing_glyph = said.missing_glyph;
	return said.count;
}

void ocr_empty_store(fz_context *ctx) { fz_empty_store(ctx); }

// A font that stands in for one that the document did not bring draws nothing, or an
// empty box, for a character that it has not. Embedded fonts may do so on purpose.
void ocr_note_glyphs(fz_context *ctx, const fz_text *text) {
	for (const fz_text_span *span = text->head; span && !said.missing_glyph; span = span->next) {
		if (!span->font || !fz_font_flags(span->font)->ft_substitute)
			continue;
		for (int i = 0; i < span->len; i++)
			if (span->items[i].gid == 0 && span->items[i].ucs != ' ' && span->items[i].ucs != 0xa0)
				said.missing_glyph = 1;
	}
}
