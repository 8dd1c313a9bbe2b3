// The parts of MuPDF that this package uses, as declared by the headers of version
// 1.28.5, which fz_new_context_imp checks. The library is opened at run time
// (library.c), so that a program that draws nothing needs none: its functions are
// pointers here, which are set once it is open.

#ifndef OCR_GATEWAY_MUPDF_H
#define OCR_GATEWAY_MUPDF_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUPDF_VERSION "1.28.5"

typedef struct fz_context fz_context;
typedef struct fz_document fz_document;
typedef struct fz_document_handler fz_document_handler;
typedef struct fz_stream fz_stream;
typedef struct fz_page fz_page;
typedef struct fz_device fz_device;
typedef struct fz_pixmap fz_pixmap;
typedef struct fz_colorspace fz_colorspace;
typedef struct { float a, b, c, d, e, f; } fz_matrix;
typedef struct { float x0, y0, x1, y1; } fz_rect;
typedef struct { uint8_t ri, bp, op, opm; } fz_color_params;

typedef struct { float x, y; } fz_point;
typedef struct { fz_point ul, ur, ll, lr; } fz_quad;
typedef struct fz_buffer fz_buffer;

// The struct goes on behind these.
typedef struct fz_font {
	int refs;
	char name[64];
	fz_buffer *buffer; // the font's program; NULL for Type 3
} fz_font;

typedef struct fz_pool fz_pool;
typedef struct fz_stext_char fz_stext_char;
typedef struct fz_stext_line fz_stext_line;
typedef struct fz_stext_block fz_stext_block;
typedef struct fz_stroke_state fz_stroke_state;

typedef struct {
	float x, y, adv;
	int gid; // 0 for a character that the font has not
	int ucs, cid;
} fz_text_item;

typedef struct fz_text_span {
	fz_font *font;
	fz_matrix trm;
	unsigned wmode : 1, bidi_level : 7, markup_dir : 2, language : 15;
	int len, cap;
	fz_text_item *items;
	struct fz_text_span *next;
} fz_text_span;

typedef struct {
	int refs;
	fz_text_span *head, *tail;
} fz_text;

// The struct goes on behind these.
typedef struct {
	unsigned is_mono : 1, is_serif : 1, is_bold : 1, is_italic : 1;
	unsigned ft_substitute : 1; // stands in for a font that is not embedded
} fz_font_flags_t;

// With one of these a page goes on behind what could not be drawn.
typedef struct {
	int abort, progress;
	size_t progress_max;
	int errors, incomplete;
} fz_cookie;

// What a device does with text.
typedef void fill_text_fn(fz_context *, fz_device *, const fz_text *, fz_matrix, fz_colorspace *, const float *color, float alpha, fz_color_params);
typedef void stroke_text_fn(fz_context *, fz_device *, const fz_text *, const fz_stroke_state *, fz_matrix, fz_colorspace *, const float *color, float alpha, fz_color_params);
typedef void clip_text_fn(fz_context *, fz_device *, const fz_text *, fz_matrix, fz_rect scissor);
typedef void clip_stroke_text_fn(fz_context *, fz_device *, const fz_text *, const fz_stroke_state *, fz_matrix, fz_rect scissor);

// The struct goes on behind these. w and h are in pixels.
typedef struct fz_image {
	struct {
		struct { int refs; void *drop, *droppable; } storable;
		short store_key_refs;
	} key_storable;
	int w, h;
	uint8_t n, bpc;
	unsigned imagemask : 1, interpolate : 1, use_colorkey : 1, use_decode : 1, decoded : 1, scalable : 1, intent : 2, has_intent : 1;
	uint8_t orientation;
	struct fz_image *mask; // NULL for an opaque image
} fz_image;

// What a device does with images, which fill the unit square under the matrix.
typedef void fill_image_fn(fz_context *, fz_device *, fz_image *, fz_matrix, float alpha, fz_color_params);
typedef void fill_image_mask_fn(fz_context *, fz_device *, fz_image *, fz_matrix, fz_colorspace *, const float *color, float alpha, fz_color_params);

// begin_tile_fn begins a pattern, which is kept by its id unless that is 0; not 0 means that it has one.
typedef int begin_tile_fn(fz_context *, fz_device *, fz_rect area, fz_rect view, float xstep, float ystep, fz_matrix, int id, int document);

// The struct goes on behind these.
struct fz_device {
	int refs, hints, flags;
	void *close_device, *drop_device;
	void *fill_path, *stroke_path, *clip_path, *clip_stroke_path;
	fill_text_fn *fill_text;
	stroke_text_fn *stroke_text;
	clip_text_fn *clip_text;
	clip_stroke_text_fn *clip_stroke_text;
	void *ignore_text, *fill_shade;
	fill_image_fn *fill_image;
	fill_image_mask_fn *fill_image_mask;
	void *clip_image_mask, *pop_clip, *begin_mask, *end_mask, *begin_group, *end_group;
	begin_tile_fn *begin_tile;
};

enum { WHOLE_DEVICE = 1024 }; // bytes, more than the struct has

typedef struct fz_output fz_output;

typedef struct pdf_document pdf_document;
typedef struct pdf_obj pdf_obj;
typedef struct pdf_page pdf_page;
typedef struct pdf_annot pdf_annot;

enum { PDF_WIDGET_TYPE_CHECKBOX = 2, PDF_WIDGET_TYPE_RADIOBUTTON = 5 };
enum { PDF_ANNOT_IS_HIDDEN = 2, PDF_ANNOT_IS_NO_VIEW = 32 };

enum { FZ_ERROR_LIMIT = 5, FZ_PERMISSION_EDIT = 'e' };

// How a document is saved.
typedef struct {
	int do_incremental, do_pretty, do_ascii;
	int do_compress, do_compress_images, do_compress_fonts, do_decompress;
	int do_garbage, do_linear, do_clean, do_sanitize, do_appearance;
	int do_encrypt; // 0 keeps the encryption
	int dont_regenerate_id, permissions;
	char opwd_utf8[128], upwd_utf8[128];
	int do_snapshot, do_preserve_metadata, do_use_objstms, compression_effort, do_labels, reproducible;
} pdf_write_options;

// Structured text: blocks of lines of characters.
// The struct goes on behind these.
typedef struct {
	int refs;
	fz_pool *pool;
	fz_rect mediabox;
	fz_stext_block *first_block;
} fz_stext_page;

enum { FZ_STEXT_BLOCK_TEXT = 0 };

struct fz_stext_block {
	int type, id;
	fz_rect bbox;
	union {
		struct { fz_stext_line *first_line, *last_line; int flags; } t;
		struct { fz_matrix transform; void *image; } i;
	} u;
	fz_stext_block *prev, *next;
};

struct fz_stext_line {
	uint8_t wmode, flags;
	fz_point dir;
	fz_rect bbox;
	fz_stext_char *first_char, *last_char;
	fz_stext_line *prev, *next;
};

struct fz_stext_char {
	int c; // code point
	uint16_t bidi, flags;
	uint32_t argb;
	fz_point origin;
	fz_quad quad; // of the height of the font, and as wide as the character advances
	float size;
	fz_font *font;
	fz_stext_char *next;
};

// What is told of warnings and errors.
typedef void message_fn(void *user, const char *message);

// FUNCTIONS(F) is F(result, name, parameters) for each function that is used.
#define FUNCTIONS(F) \
	F(fz_context *, fz_new_context_imp, (const void *alloc, const void *locks, size_t max_store, const char *version)) \
	F(sigjmp_buf *, fz_push_try, (fz_context *)) \
	F(int, fz_do_try, (fz_context *)) \
	F(int, fz_do_always, (fz_context *)) \
	F(int, fz_do_catch, (fz_context *)) \
	F(const char *, fz_caught_message, (fz_context *)) \
	F(void, fz_ignore_error, (fz_context *)) \
	F(void, fz_throw, (fz_context *, int code, const char *format, ...)) \
	F(void, fz_set_warning_callback, (fz_context *, message_fn *, void *user)) \
	F(void, fz_set_error_callback, (fz_context *, message_fn *, void *user)) \
	F(void, fz_flush_warnings, (fz_context *)) \
	F(void, fz_empty_store, (fz_context *)) \
	F(fz_font_flags_t *, fz_font_flags, (fz_font *)) \
	F(fz_font *, fz_keep_font, (fz_context *, fz_font *)) \
	F(void, fz_drop_font, (fz_context *, fz_font *)) \
	F(void **, fz_font_t3_procs, (fz_context *, fz_font *)) \
	F(size_t, fz_buffer_storage, (fz_context *, fz_buffer *, unsigned char **data)) \
	F(fz_rect, fz_bound_glyph, (fz_context *, fz_font *, int gid, fz_matrix)) \
	F(void, fz_fill_text, (fz_context *, fz_device *, const fz_text *, fz_matrix, fz_colorspace *, const float *color, float alpha, fz_color_params)) \
	F(void, fz_register_document_handler, (fz_context *, const fz_document_handler *)) \
	F(fz_stream *, fz_open_memory, (fz_context *, const unsigned char *data, size_t len)) \
	F(void, fz_drop_stream, (fz_context *, fz_stream *)) \
	F(fz_document *, fz_open_document_with_stream, (fz_context *, const char *magic, fz_stream *)) \
	F(void, fz_drop_document, (fz_context *, fz_document *)) \
	F(pdf_document *, pdf_document_from_fz_document, (fz_context *, fz_document *)) \
	F(pdf_obj *, pdf_trailer, (fz_context *, pdf_document *)) \
	F(pdf_obj *, pdf_dict_getp, (fz_context *, pdf_obj *, const char *path)) \
	F(int, pdf_to_bool, (fz_context *, pdf_obj *)) \
	F(int, pdf_array_len, (fz_context *, pdf_obj *)) \
	F(const char *, pdf_to_name, (fz_context *, pdf_obj *)) \
	F(pdf_obj *, pdf_dict_gets, (fz_context *, pdf_obj *, const char *key)) \
	F(pdf_obj *, pdf_dict_gets_inheritable, (fz_context *, pdf_obj *, const char *key)) \
	F(pdf_page *, pdf_page_from_fz_page, (fz_context *, fz_page *)) \
	F(pdf_annot *, pdf_first_widget, (fz_context *, pdf_page *)) \
	F(pdf_annot *, pdf_next_widget, (fz_context *, pdf_annot *)) \
	F(int, pdf_widget_type, (fz_context *, pdf_annot *)) \
	F(fz_rect, pdf_bound_widget, (fz_context *, pdf_annot *)) \
	F(pdf_obj *, pdf_annot_obj, (fz_context *, pdf_annot *)) \
	F(int, pdf_annot_flags, (fz_context *, pdf_annot *)) \
	F(void, fz_rethrow, (fz_context *)) \
	F(fz_buffer *, fz_new_buffer_from_copied_data, (fz_context *, const unsigned char *, size_t)) \
	F(void, fz_drop_buffer, (fz_context *, fz_buffer *)) \
	F(fz_output *, fz_new_output, (fz_context *, int buffer, void *state, void (*write)(fz_context *, void *, const void *, size_t), void *close, void *drop)) \
	F(void, fz_close_output, (fz_context *, fz_output *)) \
	F(void, fz_drop_output, (fz_context *, fz_output *)) \
	F(pdf_obj *, pdf_lookup_page_obj, (fz_context *, pdf_document *, int number)) \
	F(void, pdf_page_obj_transform, (fz_context *, pdf_obj *page, fz_rect *bounds, fz_matrix *)) \
	F(fz_matrix, fz_invert_matrix, (fz_matrix)) \
	F(fz_rect, fz_transform_rect, (fz_rect, fz_matrix)) \
	F(int, pdf_is_dict, (fz_context *, pdf_obj *)) \
	F(int, pdf_is_array, (fz_context *, pdf_obj *)) \
	F(int, pdf_to_num, (fz_context *, pdf_obj *)) \
	F(pdf_obj *, pdf_array_get, (fz_context *, pdf_obj *, int)) \
	F(pdf_obj *, pdf_new_dict, (fz_context *, pdf_document *, int capacity)) \
	F(pdf_obj *, pdf_copy_dict, (fz_context *, pdf_obj *)) \
	F(pdf_obj *, pdf_new_array, (fz_context *, pdf_document *, int capacity)) \
	F(pdf_obj *, pdf_new_name, (fz_context *, const char *)) \
	F(pdf_obj *, pdf_new_int, (fz_context *, int64_t)) \
	F(pdf_obj *, pdf_new_string, (fz_context *, const char *, size_t)) \
	F(pdf_obj *, pdf_new_indirect, (fz_context *, pdf_document *, int64_t number, int generation)) \
	F(void, pdf_dict_puts, (fz_context *, pdf_obj *, const char *key, pdf_obj *)) \
	F(void, pdf_dict_puts_drop, (fz_context *, pdf_obj *, const char *key, pdf_obj *)) \
	F(void, pdf_array_push, (fz_context *, pdf_obj *, pdf_obj *)) \
	F(void, pdf_array_push_drop, (fz_context *, pdf_obj *, pdf_obj *)) \
	F(void, pdf_drop_obj, (fz_context *, pdf_obj *)) \
	F(int, pdf_create_object, (fz_context *, pdf_document *)) \
	F(pdf_obj *, pdf_add_object_drop, (fz_context *, pdf_document *, pdf_obj *)) \
	F(pdf_obj *, pdf_add_stream, (fz_context *, pdf_document *, fz_buffer *, pdf_obj *, int compressed)) \
	F(void, pdf_update_object, (fz_context *, pdf_document *, int number, pdf_obj *)) \
	F(int, pdf_has_permission, (fz_context *, pdf_document *, int permission)) \
	F(int, pdf_can_be_saved_incrementally, (fz_context *, pdf_document *)) \
	F(void, pdf_write_document, (fz_context *, pdf_document *, fz_output *, const pdf_write_options *)) \
	F(fz_device *, fz_new_device_of_size, (fz_context *, int size)) \
	F(int, fz_needs_password, (fz_context *, fz_document *)) \
	F(int, fz_authenticate_password, (fz_context *, fz_document *, const char *password)) \
	F(int, fz_count_pages, (fz_context *, fz_document *)) \
	F(fz_page *, fz_load_page, (fz_context *, fz_document *, int number)) \
	F(void, fz_drop_page, (fz_context *, fz_page *)) \
	F(fz_rect, fz_bound_page, (fz_context *, fz_page *)) \
	F(void, fz_run_page, (fz_context *, fz_page *, fz_device *, fz_matrix, fz_cookie *)) \
	F(fz_colorspace *, fz_device_gray, (fz_context *)) \
	F(fz_colorspace *, fz_device_rgb, (fz_context *)) \
	F(fz_pixmap *, fz_new_pixmap_with_data, (fz_context *, fz_colorspace *, int w, int h, void *seps, int alpha, int stride, unsigned char *samples)) \
	F(void, fz_clear_pixmap_with_value, (fz_context *, fz_pixmap *, int value)) \
	F(void, fz_drop_pixmap, (fz_context *, fz_pixmap *)) \
	F(fz_device *, fz_new_draw_device, (fz_context *, fz_matrix, fz_pixmap *)) \
	F(fz_device *, fz_new_test_device, (fz_context *, int *colored, float threshold, int options, fz_device *passthrough)) \
	F(void, fz_close_device, (fz_context *, fz_device *)) \
	F(void, fz_drop_device, (fz_context *, fz_device *)) \
	F(fz_stext_page *, fz_new_stext_page, (fz_context *, fz_rect mediabox)) \
	F(void, fz_drop_stext_page, (fz_context *, fz_stext_page *)) \
	F(fz_device *, fz_new_stext_device, (fz_context *, fz_stext_page *, const void *options)) \
	F(void, fz_ignore_text, (fz_context *, fz_device *, const fz_text *, fz_matrix)) \
	F(fz_matrix, fz_concat, (fz_matrix, fz_matrix)) \
	F(int, fz_pixmap_width, (fz_context *, const fz_pixmap *)) \
	F(int, fz_pixmap_height, (fz_context *, const fz_pixmap *)) \
	F(int, fz_pixmap_stride, (fz_context *, const fz_pixmap *)) \
	F(int, fz_pixmap_components, (fz_context *, const fz_pixmap *)) \
	F(int, fz_pixmap_alpha, (fz_context *, const fz_pixmap *)) \
	F(fz_colorspace *, fz_pixmap_colorspace, (fz_context *, const fz_pixmap *)) \
	F(unsigned char *, fz_pixmap_samples, (fz_context *, const fz_pixmap *)) \
	F(fz_pixmap *, fz_convert_pixmap, (fz_context *, const fz_pixmap *, fz_colorspace *, fz_colorspace *proof, void *defaults, fz_color_params, int keep_alpha)) \
	F(fz_pixmap *, fz_load_tiff_subimage, (fz_context *, const unsigned char *, size_t, int subimage)) \
	F(fz_pixmap *, fz_load_jpeg, (fz_context *, const unsigned char *, size_t)) \
	F(fz_pixmap *, fz_load_png, (fz_context *, const unsigned char *, size_t)) \
	F(fz_pixmap *, fz_load_bmp, (fz_context *, const unsigned char *, size_t)) \
	F(fz_pixmap *, fz_load_gif, (fz_context *, const unsigned char *, size_t))

// Hidden, lest the library take a pointer of ours for its own function of that name.
#define DECLARE(result, name, parameters) extern __attribute__((visibility("hidden"))) result(*name) parameters;
FUNCTIONS(DECLARE)

// And its data.
extern __attribute__((visibility("hidden"))) const fz_document_handler *pdf_handler;
extern __attribute__((visibility("hidden"))) const fz_color_params *default_color_params;

// ocr_open_library sets all of these. It returns what is wrong, NULL if nothing.
const char *ocr_open_library(const char *path);

// MuPDF's exceptions: TRY { … } ALWAYS { … } CATCH { … }. Nothing may return or
// jump out of the first two.
#define TRY(ctx) if (!sigsetjmp(*fz_push_try(ctx), 0)) if (fz_do_try(ctx)) do
#define ALWAYS(ctx) while (0); if (fz_do_always(ctx)) do
#define CATCH(ctx) while (0); if (fz_do_catch(ctx))

// words.c: text that a draw device draws is looked at, and between the other two noted,
// in pixels. None throws; NULL means that the text could not be had.
// colored, if not NULL, ends the run of that cookie once it is not 0, and is set where colors are not seen.
void ocr_watch_text(fz_context *, fz_device *draw, fz_matrix to_pixels, int *colored, fz_cookie *);
void ocr_note_text(fz_context *);
fz_stext_page *ocr_noted_text(fz_context *);

// glyphs.c: the glyphs that a draw device fills, from ocr_want_glyphs to
// ocr_forget_glyphs, which frees what ocr_drawn_glyphs gives: NULL without any, or where
// they are too many or cannot be had. None throws.
typedef struct {
	float x0, x1, baseline, size; // pixels
	int font, gid, ucs;           // gid -1: one more character of the glyph before
	int box[4];                   // where its ink is, a pixel wider; empty for a blank
	uint8_t upright, whole, contrast, astray;
} ocr_glyph;
typedef struct {
	ocr_glyph *glyphs;
	int count;
	fz_font **fonts;
	int font_count;
	int step, strange_width, strange_height;
	unsigned char *strange; // a bit a square
} ocr_drawn;
void ocr_want_glyphs(fz_context *, int width, int height);
void ocr_draw_glyphs(fz_context *, const fz_text *, fz_matrix, fz_matrix to_pixels, fz_color_params);
// ocr_drawn_glyphs is told the page's pixels, of one sample or of four.
const ocr_drawn *ocr_drawn_glyphs(fz_context *, const unsigned char *pixels, int samples);
// ocr_restart_glyphs begins anew, for a page that is drawn again.
void ocr_restart_glyphs(fz_context *);
void ocr_forget_glyphs(fz_context *);
size_t ocr_font_program(fz_context *, fz_font *, const unsigned char **data);

// checks.c: the check boxes and radio buttons of a form, in the page's points, at most
// most of them. It may throw.
typedef struct {
	fz_rect box;
	int radio, on;
} form_check;
int ocr_form_checks(fz_context *, fz_page *, form_check *, int most);

// images.c: a device that draws nothing and notes how fine the images are that fill at
// least half of a page, in pixels to a point, squared; 0 without any. It may throw.
float ocr_image_scale(fz_context *, fz_page *, fz_rect bounds);

// searchable.c: text that is added to a document, and the document with it. All may throw.
typedef struct {
	const unsigned char *bytes;
	size_t size;
} ocr_bytes;
// ocr_font is a font of two bytes a character. Its streams are packed by zlib.
typedef struct {
	const char *name;
	int advance, length; // thousandths of its size; bytes of the program, unpacked
	ocr_bytes program, glyphs, unicode;
} ocr_font;
pdf_obj *ocr_add_stream(fz_context *, pdf_document *, ocr_bytes packed, int length);
void ocr_set_font(fz_context *, pdf_document *, int number, const ocr_font *);
int ocr_has_font(fz_context *, pdf_document *, int page, const char *name);
void ocr_add_content(fz_context *, pdf_document *, int page, ocr_bytes packed, const char *font, int number);
fz_stext_page *ocr_text(fz_context *, fz_page *, fz_rect bounds);
// ocr_save gives the size of the whole file, or of what is behind its original bytes.
size_t ocr_save(fz_context *, pdf_document *, int incremental, size_t original, unsigned char *bytes, size_t room);

// faults.c: what MuPDF said since ocr_forget, each thing once and no more than MAX_SAID.
enum { MAX_SAID = 64, SAID_ERROR = 'E', SAID_WARNING = 'W' };
typedef struct {
	char kind;
	char text[160];
} said_message;
void ocr_listen(fz_context *);
void ocr_forget(fz_context *);
int ocr_said(fz_context *, const said_message **, int *missing_glyph);
void ocr_note_glyphs(fz_context *, const fz_text *);
void ocr_empty_store(fz_context *);

#endif
