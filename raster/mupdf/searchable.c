#include "mupdf.h"

#include <stdio.h> // SEEK_CUR, SEEK_END

// What of fz_output is set after fz_new_output.
typedef struct {
	void *state;
	void *write;
	void (*seek)(fz_context *, void *state, int64_t offset, int whence);
	int64_t (*tell)(fz_context *, void *state);
	// and more
} output_head;

// sink takes a file that is written, from byte skip on, into memory that has an end.
typedef struct {
	unsigned char *bytes;
	size_t room;
	int64_t skip, at;
	size_t taken;
} sink;

static void sink_write(fz_context *ctx, void *state, const void *data, size_t n) {
	sink *s = state;
	const unsigned char *from = data;
	if (s->at < s->skip) {
		size_t known = s->skip - s->at < (int64_t)n ? (size_t)(s->skip - s->at) : n;
		from += known;
		n -= known;
		s->at += known;
	}
	if (!n)
		return;
	size_t place = s->at - s->skip;
	if (place > s->room || n > s->room - place)
		fz_throw(ctx, FZ_ERROR_LIMIT, "the file does not fit");
	memcpy(s->bytes + place, from, n);
	s->at += n;
	if (place + n > s->taken)
		s->taken = place + n;
}

static void sink_seek(fz_context *ctx, void *state, int64_t offset, int whence) {
	sink *s = state;
	if (whence == SEEK_CUR)
		offset += s->at;
	if (whence == SEEK_END)
		offset += s->skip + (int64_t)s->taken;
	if (offset < 0)
		fz_throw(ctx, FZ_ERROR_LIMIT, "seek before the file");
	s->at = offset;
}

static int64_t sink_tell(fz_context *ctx, void *state) { return ((sink *)state)->at; }

size_t ocr_save(fz_context *ctx, pdf_document *doc, int incremental, size_t original, unsigned char *bytes, size_t room) {
	sink s = {bytes, room, incremental ? (int64_t)original : 0, 0, 0};
	pdf_write_options options = {.do_incremental = incremental, .do_compress = 1, .do_compress_images = 1, .do_compress_fonts = 1};
	fz_output *out = fz_new_output(ctx, 0, &s, sink_write, NULL, NULL);
	((output_head *)out)->seek = sink_seek;
	((output_head *)out)->tell = sink_tell;
	TRY(ctx) {
		pdf_write_document(ctx, doc, out, &options);
		fz_close_output(ctx, out);
	} ALWAYS(ctx) {
		fz_drop_output(ctx, out);
	} CATCH(ctx) {
		fz_rethrow(ctx);
	}
	return s.taken;
}

pdf_obj *ocr_add_stream(fz_context *ctx, pdf_document *doc, ocr_bytes packed, int length) {
	fz_buffer *volatile buffer = NULL;
	pdf_obj *volatile dict = NULL;
	pdf_obj *volatile ref = NULL;
	TRY(ctx) {
		buffer = fz_new_buffer_from_copied_data(ctx, packed.bytes, packed.size);
		dict = pdf_new_dict(ctx, doc, 2);
		pdf_dict_puts_drop(ctx, dict, "Filter", pdf_new_name(ctx, "FlateDecode"));
		if (length)
			pdf_dict_puts_drop(ctx, dict, "Length1", pdf_new_int(ctx, length));
		ref = pdf_add_stream(ctx, doc, buffer, dict, 1);
	} ALWAYS(ctx) {
		pdf_drop_obj(ctx, dict);
		fz_drop_buffer(ctx, buffer);
	} CATCH(ctx) {
		fz_rethrow(ctx);
	}
	return ref;
}

// entry is one of a dictionary: a name, a number where there is none.
typedef struct {
	const char *key, *name;
	int number;
} entry;

static void put(fz_context *ctx, pdf_obj *dict, const entry *entries, int n) {
	for (int i = 0; i < n; i++)
		pdf_dict_puts_drop(ctx, dict, entries[i].key, entries[i].name ? pdf_new_name(ctx, entries[i].name) : pdf_new_int(ctx, entries[i].number));
}
#define PUT(ctx, dict, ...) put(ctx, dict, (const entry[]){__VA_ARGS__}, sizeof((const entry[]){__VA_ARGS__}) / sizeof(entry))

// descriptor tells that the glyphs are as high as the font's size and stand on the baseline: a
// descent of 0 would be taken for none given.
static pdf_obj *descriptor(fz_context *ctx, pdf_document *doc, const ocr_font *font) {
	pdf_obj *dict = pdf_new_dict(ctx, doc, 12);
	PUT(ctx, dict, {"Type", "FontDescriptor"}, {"FontName", font->name}, {"Flags", NULL, 5}, {"ItalicAngle", NULL, 0},
		{"Ascent", NULL, 1000}, {"Descent", NULL, -1}, {"CapHeight", NULL, 1000}, {"StemV", NULL, 80});
	pdf_obj *box = pdf_new_array(ctx, doc, 4);
	const int corners[4] = {0, 0, font->advance, 1000};
	for (int i = 0; i < 4; i++)
		pdf_array_push_drop(ctx, box, pdf_new_int(ctx, corners[i]));
	pdf_dict_puts_drop(ctx, dict, "FontBBox", box);
	pdf_dict_puts_drop(ctx, dict, "FontFile2", ocr_add_stream(ctx, doc, font->program, font->length));
	return pdf_add_object_drop(ctx, doc, dict);
}

static pdf_obj *descendant(fz_context *ctx, pdf_document *doc, const ocr_font *font) {
	pdf_obj *dict = pdf_new_dict(ctx, doc, 8);
	PUT(ctx, dict, {"Type", "Font"}, {"Subtype", "CIDFontType2"}, {"BaseFont", font->name}, {"DW", NULL, font->advance});
	pdf_obj *system = pdf_new_dict(ctx, doc, 3);
	pdf_dict_puts_drop(ctx, system, "Registry", pdf_new_string(ctx, "Adobe", 5));
	pdf_dict_puts_drop(ctx, system, "Ordering", pdf_new_string(ctx, "Identity", 8));
	pdf_dict_puts_drop(ctx, system, "Supplement", pdf_new_int(ctx, 0));
	pdf_dict_puts_drop(ctx, dict, "CIDSystemInfo", system);
	pdf_dict_puts_drop(ctx, dict, "CIDToGIDMap", ocr_add_stream(ctx, doc, font->glyphs, 0));
	pdf_dict_puts_drop(ctx, dict, "FontDescriptor", descriptor(ctx, doc, font));
	return pdf_add_object_drop(ctx, doc, dict);
}

// What fails here ends the child's work with the document: nothing is freed.
void ocr_set_font(fz_context *ctx, pdf_document *doc, int number, const ocr_font *font) {
	pdf_obj *dict = pdf_new_dict(ctx, doc, 8);
	PUT(ctx, dict, {"Type", "Font"}, {"Subtype", "Type0"}, {"BaseFont", font->name}, {"Encoding", "Identity-H"});
	pdf_obj *fonts = pdf_new_array(ctx, doc, 1);
	pdf_array_push_drop(ctx, fonts, descendant(ctx, doc, font));
	pdf_dict_puts_drop(ctx, dict, "DescendantFonts", fonts);
	pdf_dict_puts_drop(ctx, dict, "ToUnicode", ocr_add_stream(ctx, doc, font->unicode, 0));
	pdf_update_object(ctx, doc, number, dict);
	pdf_drop_obj(ctx, dict);
}

// own_dictionary copies a dictionary that others may share, or makes one.
static pdf_obj *own_dictionary(fz_context *ctx, pdf_document *doc, pdf_obj *shared) {
	return pdf_is_dict(ctx, shared) ? pdf_copy_dict(ctx, shared) : pdf_new_dict(ctx, doc, 4);
}

static void add_font(fz_context *ctx, pdf_document *doc, pdf_obj *page, const char *name, int font) {
	pdf_obj *volatile resources = NULL;
	pdf_obj *volatile fonts = NULL;
	TRY(ctx) {
		resources = own_dictionary(ctx, doc, pdf_dict_gets_inheritable(ctx, page, "Resources"));
		fonts = own_dictionary(ctx, doc, pdf_dict_gets(ctx, resources, "Font"));
		pdf_dict_puts_drop(ctx, fonts, name, pdf_new_indirect(ctx, doc, font, 0));
		pdf_dict_puts(ctx, resources, "Font", fonts);
		pdf_dict_puts(ctx, page, "Resources", resources);
	} ALWAYS(ctx) {
		pdf_drop_obj(ctx, fonts);
		pdf_drop_obj(ctx, resources);
	} CATCH(ctx) {
		fz_rethrow(ctx);
	}
}

void ocr_add_content(fz_context *ctx, pdf_document *doc, int number, ocr_bytes packed, const char *name, int font) {
	pdf_obj *volatile contents = NULL;
	TRY(ctx) {
		pdf_obj *page = pdf_lookup_page_obj(ctx, doc, number);
		pdf_obj *before = pdf_dict_gets(ctx, page, "Contents");
		contents = pdf_new_array(ctx, doc, 4);
		// First, where nothing has changed the state that pages begin with.
		pdf_array_push_drop(ctx, contents, ocr_add_stream(ctx, doc, packed, 0));
		if (pdf_is_array(ctx, before)) {
			int n = pdf_array_len(ctx, before);
			for (int i = 0; i < n; i++)
				pdf_array_push(ctx, contents, pdf_array_get(ctx, before, i));
		} else if (before) {
			pdf_array_push(ctx, contents, before);
		}
		pdf_dict_puts(ctx, page, "Contents", contents);
		add_font(ctx, doc, page, name, font);
	} ALWAYS(ctx) {
		pdf_drop_obj(ctx, contents);
	} CATCH(ctx) {
		fz_rethrow(ctx);
	}
}

int ocr_has_font(fz_context *ctx, pdf_document *doc, int number, const char *name) {
	pdf_obj *resources = pdf_dict_gets_inheritable(ctx, pdf_lookup_page_obj(ctx, doc, number), "Resources");
	return pdf_dict_gets(ctx, pdf_dict_gets(ctx, resources, "Font"), name) != NULL;
}

fz_stext_page *ocr_text(fz_context *ctx, fz_page *page, fz_rect bounds) {
	fz_stext_page *volatile text = NULL;
	fz_device *volatile device = NULL;
	fz_cookie cookie = {0};
	TRY(ctx) {
		text = fz_new_stext_page(ctx, bounds);
		device = fz_new_stext_device(ctx, text, NULL);
		fz_run_page(ctx, page, device, (fz_matrix){1, 0, 0, 1, 0, 0}, &cookie);
		fz_close_device(ctx, device);
	} ALWAYS(ctx) {
		fz_drop_device(ctx, device);
	} CATCH(ctx) {
		fz_drop_stext_page(ctx, text);
		fz_rethrow(ctx);
	}
	return text;
}
