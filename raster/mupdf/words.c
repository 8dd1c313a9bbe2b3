#include "mupdf.h"

// What is being noted. Static, because a device's functions are passed nothing of
// ours; the package is for one goroutine at a time.
static struct {
	fz_device drawing; // the draw device's own functions
	int *colored;
	fz_cookie *cookie;
	fz_matrix to_pixels;
	fz_stext_page *page; // NULL when there is nothing to note, or no memory for it
	fz_device *device;   // writes to page
	int covers;          // images that were drawn over text
} noted;

static void drop_noted(fz_context *ctx) {
	fz_drop_device(ctx, noted.device);
	fz_drop_stext_page(ctx, noted.page);
	noted.device = NULL;
	noted.page = NULL;
}

// note never throws: a page is drawn whether or not its text can be had.
static void note(fz_context *ctx, const fz_text *text, fz_matrix m) {
	ocr_note_glyphs(ctx, text);
	if (!noted.page)
		return;
	TRY(ctx) {
		// The call for invisible text; unlike the others it takes no color and no clip.
		fz_ignore_text(ctx, noted.device, text, fz_concat(m, noted.to_pixels));
	} CATCH(ctx) {
		fz_ignore_error(ctx);
		drop_noted(ctx);
	}
}

// stop_at_color ends a page that is drawn in vain. Text comes often enough.
static void stop_at_color(void) {
	if (noted.colored && *noted.colored)
		noted.cookie->abort = 1;
}

// hides_color reports whether text is drawn by procedures, whose colors the test device does not see. The glyphs
// are kept as they are drawn first, so that none may be drawn in gray.
static int hides_color(fz_context *ctx, const fz_text *text) {
	if (!noted.colored)
		return 0;
	for (const fz_text_span *span = text->head; span; span = span->next)
		if (fz_font_t3_procs(ctx, span->font))
			*noted.colored = 1;
	stop_at_color();
	return *noted.colored;
}

static void fill_text(fz_context *ctx, fz_device *draw, const fz_text *text, fz_matrix m, fz_colorspace *cs, const float *color, float alpha, fz_color_params params) {
	if (hides_color(ctx, text))
		return;
	noted.drawing.fill_text(ctx, draw, text, m, cs, color, alpha, params);
	if (alpha > 0) {
		note(ctx, text, m);
		ocr_draw_glyphs(ctx, text, m, noted.to_pixels, params);
	}
}

static void stroke_text(fz_context *ctx, fz_device *draw, const fz_text *text, const fz_stroke_state *pen, fz_matrix m, fz_colorspace *cs, const float *color, float alpha, fz_color_params params) {
	noted.drawing.stroke_text(ctx, draw, text, pen, m, cs, color, alpha, params);
	if (alpha > 0)
		note(ctx, text, m);
}

// Text clips when it is filled with a pattern or a picture.
static void clip_text(fz_context *ctx, fz_device *draw, const fz_text *text, fz_matrix m, fz_rect scissor) {
	noted.drawing.clip_text(ctx, draw, text, m, scissor);
	note(ctx, text, m);
}

static void clip_stroke_text(fz_context *ctx, fz_device *draw, const fz_text *text, const fz_stroke_state *pen, fz_matrix m, fz_rect scissor) {
	noted.drawing.clip_stroke_text(ctx, draw, text, pen, m, scissor);
	note(ctx, text, m);
}

enum { MAX_COVERS = 256, NO_CHARACTER = 0xfffd };

// cover takes back the text that an opaque image is drawn over, such as an old OCR
// layer under a scan: its characters become ones that no page shows.
static void cover(fz_matrix m) {
	float det = m.a * m.d - m.b * m.c;
	if (!noted.page || det == 0 || ++noted.covers > MAX_COVERS)
		return;
	for (fz_stext_block *block = noted.page->first_block; block; block = block->next) {
		if (block->type != FZ_STEXT_BLOCK_TEXT)
			continue;
		for (fz_stext_line *line = block->u.t.first_line; line; line = line->next)
			for (fz_stext_char *c = line->first_char; c; c = c->next) {
				float x = (c->quad.ul.x + c->quad.lr.x) / 2 - m.e, y = (c->quad.ul.y + c->quad.lr.y) / 2 - m.f;
				float u = (x * m.d - y * m.c) / det, v = (y * m.a - x * m.b) / det;
				if (u >= 0 && u <= 1 && v >= 0 && v <= 1)
					c->c = NO_CHARACTER;
			}
	}
}

static void fill_image(fz_context *ctx, fz_device *draw, fz_image *image, fz_matrix m, float alpha, fz_color_params params) {
	noted.drawing.fill_image(ctx, draw, image, m, alpha, params);
	if (noted.page && alpha == 1 && !image->mask)
		cover(fz_concat(m, noted.to_pixels));
}

// begin_tile gives gray up: of a pattern that is kept, from another page too, no colors are seen.
static int begin_tile(fz_context *ctx, fz_device *draw, fz_rect area, fz_rect view, float xstep, float ystep, fz_matrix m, int id, int document) {
	if (noted.colored) {
		*noted.colored = 1;
		stop_at_color();
		id = 0;
	}
	return noted.drawing.begin_tile(ctx, draw, area, view, xstep, ystep, m, id, document);
}

static const fz_rect nowhere; // of no consequence to the text

void ocr_watch_text(fz_context *ctx, fz_device *draw, fz_matrix to_pixels, int *colored, fz_cookie *cookie) {
	noted.drawing = *draw;
	noted.to_pixels = to_pixels;
	noted.colored = colored;
	noted.cookie = cookie;
	draw->fill_text = fill_text;
	draw->stroke_text = stroke_text;
	draw->clip_text = clip_text;
	draw->clip_stroke_text = clip_stroke_text;
	draw->fill_image = fill_image;
	draw->begin_tile = begin_tile;
}

void ocr_note_text(fz_context *ctx) {
	TRY(ctx) {
		noted.page = fz_new_stext_page(ctx, nowhere);
		noted.device = fz_new_stext_device(ctx, noted.page, NULL);
	} CATCH(ctx) {
		fz_ignore_error(ctx);
		drop_noted(ctx);
		return;
	}
	noted.covers = 0;
}

fz_stext_page *ocr_noted_text(fz_context *ctx) {
	if (!noted.page)
		return NULL;
	TRY(ctx) {
		fz_close_device(ctx, noted.device); // puts text that runs right to left in order
	} CATCH(ctx) {
		fz_ignore_error(ctx);
		drop_noted(ctx);
		return NULL;
	}
	fz_stext_page *page = noted.page;
	noted.page = NULL;
	drop_noted(ctx);
	return page;
}
