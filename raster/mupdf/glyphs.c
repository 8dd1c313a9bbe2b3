#include "mupdf.h"

// Text is drawn a second time, black on white and by itself. Where the page has those
// pixels, in whatever color, and no others, the glyph is to be seen there. A page's
// pixels are so told from their cause without looking at what any font or map says.

enum {
	MAX_GLYPHS = 1 << 15, MAX_GLYPH_FONTS = 1024, // more is nothing that is there to be read
	BLOCK = 4,      // pixels to a square of the map of strange ink
	OTHER = 32,     // of 255: pixels that differ more from what the text explains are something else's
	FAINT = 24,     // differences in a square that are something
	LEGIBLE = 48,   // contrast of a glyph that explains its pixels
	ASTRAY = 8,     // of 255 of its pixels that may be something else's
	SMALLEST = 7,   // pixels
	INK = 64,       // of 255: pixels of a glyph that are its ink
};

static struct {
	int wanted;
	int width, height;
	unsigned char *mask; // what the text alone draws, black on white; in scratch
	fz_pixmap *pixmap;   // of mask
	fz_device *device;   // draws on it
	ocr_drawn out;
	int cap;
} drawn;

// scratch is kept from page to page: new memory costs as much as what is done in it.
static struct {
	unsigned char *bytes;
	size_t size;
} scratch;

// Of a byte a pixel, one after the other; the last is two rows, and a column for each of the two below.
enum { MASK, GRAY, EXPLAINED, COLUMNS };

static unsigned char *plane(int i) { return scratch.bytes + i * ((size_t)drawn.width * drawn.height); }

// same says of each row whether the page has the pixels of the mask in it, and plain whether nothing can
// be strange there.
static unsigned char *same(void) { return plane(COLUMNS) + 2 * (size_t)drawn.width; }
static unsigned char *plain(void) { return same() + drawn.height; }

static int make_scratch(void) {
	size_t size = (size_t)drawn.width * drawn.height * COLUMNS + 2 * ((size_t)drawn.width + drawn.height);
	if (scratch.size < size) {
		free(scratch.bytes);
		scratch.bytes = malloc(size);
		scratch.size = scratch.bytes ? size : 0;
	}
	return scratch.bytes != NULL;
}

static void stop_drawing(fz_context *ctx) {
	fz_drop_device(ctx, drawn.device);
	fz_drop_pixmap(ctx, drawn.pixmap);
	drawn.device = NULL;
	drawn.pixmap = NULL;
	drawn.mask = NULL;
}

void ocr_forget_glyphs(fz_context *ctx) {
	stop_drawing(ctx);
	for (int i = 0; i < drawn.out.font_count; i++)
		fz_drop_font(ctx, drawn.out.fonts[i]);
	free(drawn.out.fonts);
	free(drawn.out.glyphs);
	free(drawn.out.strange);
	memset(&drawn, 0, sizeof drawn);
}

void ocr_want_glyphs(fz_context *ctx, int width, int height) {
	ocr_forget_glyphs(ctx);
	drawn.wanted = 1;
	drawn.width = width;
	drawn.height = height;
}

void ocr_restart_glyphs(fz_context *ctx) {
	if (drawn.wanted)
		ocr_want_glyphs(ctx, drawn.width, drawn.height);
}

// start_drawing is for the first text of a page: pages without any cost nothing.
static void start_drawing(fz_context *ctx, fz_matrix to_pixels) {
	drawn.out.fonts = calloc(MAX_GLYPH_FONTS, sizeof *drawn.out.fonts);
	if (!make_scratch() || !drawn.out.fonts)
		fz_throw(ctx, 1, "no memory for the text of a page");
	drawn.mask = plane(MASK);
	drawn.pixmap = fz_new_pixmap_with_data(ctx, fz_device_gray(ctx), drawn.width, drawn.height, NULL, 0, drawn.width, drawn.mask);
	fz_clear_pixmap_with_value(ctx, drawn.pixmap, 0xff);
	drawn.device = fz_new_draw_device(ctx, to_pixels, drawn.pixmap);
}

static int font_index(fz_context *ctx, fz_font *font) {
	for (int i = drawn.out.font_count - 1; i >= 0; i--)
		if (drawn.out.fonts[i] == font)
			return i;
	if (drawn.out.font_count == MAX_GLYPH_FONTS)
		fz_throw(ctx, 1, "too many fonts on a page");
	drawn.out.fonts[drawn.out.font_count] = fz_keep_font(ctx, font);
	return drawn.out.font_count++;
}

static float size_of(float a, float b) { return a < 0 ? -a > b ? -a : b : a > b ? a : b; }

// place says where a glyph is, by the matrix that takes it to pixels.
static void place(fz_context *ctx, ocr_glyph *g, fz_font *font, fz_matrix m, float advance, int vertical) {
	float tilt = size_of(m.b, 0), lean = size_of(m.c, 0), high = size_of(m.d, 0);
	g->x0 = m.e;
	g->x1 = m.e + advance * m.a;
	g->baseline = m.f;
	g->size = high;
	// Pixels count downwards. Slanted letters lean by a third of their height at most.
	g->upright = !vertical && m.a > 0 && m.d < 0 && tilt <= .02f * m.a && lean <= .4f * high &&
		m.a >= .4f * high && m.a <= 2.5f * high;
	fz_rect r = fz_bound_glyph(ctx, font, g->gid, m);
	if (!(r.x0 < r.x1 && r.y0 < r.y1))
		return; // a blank
	float x0 = r.x0 - 1, y0 = r.y0 - 1, x1 = r.x1 + 2, y1 = r.y1 + 2;
	if (!(x0 < x1 && y0 < y1 && x1 > 0 && y1 > 0 && x0 < drawn.width && y0 < drawn.height))
		return; // off the page, or no number
	g->box[0] = x0 < 0 ? 0 : x0;
	g->box[1] = y0 < 0 ? 0 : y0;
	g->box[2] = x1 > drawn.width ? drawn.width : x1;
	g->box[3] = y1 > drawn.height ? drawn.height : y1;
	// What reaches beyond the page is not seen whole.
	g->whole = r.x0 >= -1 && r.y0 >= -1 && r.x1 <= drawn.width + 1 && r.y1 <= drawn.height + 1;
}

static void add_glyph(fz_context *ctx, const fz_text_span *span, const fz_text_item *item, fz_matrix m) {
	if (drawn.out.count == MAX_GLYPHS)
		fz_throw(ctx, 1, "too many characters on a page");
	if (drawn.out.count == drawn.cap) {
		int cap = drawn.cap ? 2 * drawn.cap : 1024;
		void *more = realloc(drawn.out.glyphs, cap * sizeof(ocr_glyph));
		if (!more)
			fz_throw(ctx, 1, "no memory for the text of a page");
		drawn.out.glyphs = more;
		drawn.cap = cap;
	}
	ocr_glyph *g = &drawn.out.glyphs[drawn.out.count];
	memset(g, 0, sizeof *g);
	g->gid = item->gid;
	g->ucs = item->ucs;
	g->font = font_index(ctx, span->font);
	if (item->gid >= 0) {
		fz_matrix trm = span->trm;
		trm.e = item->x;
		trm.f = item->y;
		place(ctx, g, span->font, fz_concat(trm, m), item->adv, span->wmode);
	}
	drawn.out.count++;
}

void ocr_draw_glyphs(fz_context *ctx, const fz_text *text, fz_matrix m, fz_matrix to_pixels, fz_color_params params) {
	static const float black[1] = {0};
	if (!drawn.wanted)
		return;
	TRY(ctx) {
		if (!drawn.device)
			start_drawing(ctx, to_pixels);
		fz_matrix all = fz_concat(m, to_pixels);
		for (const fz_text_span *span = text->head; span; span = span->next)
			for (int i = 0; i < span->len; i++)
				if (span->font)
					add_glyph(ctx, span, &span->items[i], all);
		fz_fill_text(ctx, drawn.device, text, m, fz_device_gray(ctx), black, 1, params);
	} CATCH(ctx) {
		fz_ignore_error(ctx);
		ocr_forget_glyphs(ctx);
	}
}

// explain marks the pixels that a glyph draws, and those that adjoin them.
static void explain(const ocr_glyph *g, unsigned char *explained) {
	const int w = drawn.width;
	for (int y = g->box[1]; y < g->box[3]; y++) {
		const unsigned char *mask = drawn.mask + (size_t)y * w;
		for (int x = g->box[0]; x < g->box[2]; x++) {
			if (mask[x] >= 252)
				continue;
			int from = x > 0 ? x - 1 : 0;
			while (x < g->box[2] && mask[x] < 252)
				x++;
			int to = x < w ? x + 1 : w;
			for (int v = y > 0 ? y - 1 : 0; v <= y + 1 && v < drawn.height; v++)
				memset(explained + (size_t)v * w + from, 0xff, to - from);
		}
	}
}

// seen_whole reports whether the page has exactly the glyph's pixels at its place, some of them dark and
// some not: what measure would find is known then.
static int seen_whole(const ocr_glyph *g, const unsigned char *gray) {
	const int w = drawn.width, from = g->box[0], length = g->box[2] - g->box[0];
	int dark = 0, light = 0;
	for (int y = g->box[1]; y < g->box[3]; y++) {
		const unsigned char *mask = drawn.mask + (size_t)y * w + from;
		if (!same()[y] && memcmp(mask, gray + (size_t)y * w + from, length))
			return 0;
		for (int x = 0; x < length && !(dark && light); x++) {
			dark |= 255 - mask[x] >= INK;
			light |= 255 - mask[x] < INK;
		}
	}
	return dark && light;
}

// measure compares a glyph's place on the page with its mask, by the straight line that
// takes the one to the other best (least squares).
static void measure(ocr_glyph *g, const unsigned char *gray) {
	if (seen_whole(g, gray)) {
		g->contrast = 255;
		g->astray = g->whole ? 0 : 255;
		return;
	}
	const int w = drawn.width, from = g->box[0], length = g->box[2] - g->box[0];
	int64_t n = 0, sm = 0, sp = 0, smm = 0, smp = 0;
	int ink = 0;
	for (int y = g->box[1]; y < g->box[3]; y++) {
		const unsigned char *mask = drawn.mask + (size_t)y * w + from, *page = gray + (size_t)y * w + from;
		uint32_t rm = 0, rp = 0, rmm = 0, rmp = 0; // of a row, which has at most 65,535 pixels
		for (int x = 0; x < length; x++) {
			uint32_t m = 255 - mask[x], p = page[x];
			rm += m, rp += p, rmm += m * m, rmp += m * p;
			ink += m >= INK;
		}
		n += length, sm += rm, sp += rp, smm += rmm, smp += rmp;
	}
	double var = (double)n * smm - (double)sm * sm;
	if (!ink || var <= 0) {
		memset(same() + g->box[1], 0, g->box[3] - g->box[1]); // what is there is too faint to be its own
		memset(g->box, 0, sizeof g->box); // a blank
		return;
	}
	double slope = ((double)n * smp - (double)sm * sp) / var, ground = (sp - slope * sm) / n;
	double contrast = slope * 255;
	float fslope = slope, fground = ground;
	int other = 0;
	for (int y = g->box[1]; y < g->box[3]; y++) {
		const unsigned char *mask = drawn.mask + (size_t)y * w + from, *page = gray + (size_t)y * w + from;
		for (int x = 0; x < length; x++) {
			float d = page[x] - fground - fslope * (255 - mask[x]);
			other += (d > OTHER) | (d < -OTHER);
		}
	}
	contrast = contrast < 0 ? -contrast : contrast;
	g->contrast = contrast > 255 ? 255 : contrast;
	int astray = g->whole ? (other * 255 + ink - 1) / ink : 255;
	g->astray = astray > 255 ? 255 : astray;
}

// explains reports whether a glyph, which was measured, accounts for the pixels at its place.
static int explains(const ocr_glyph *g) {
	return g->upright && g->size >= SMALLEST && g->contrast >= LEGIBLE && g->astray <= ASTRAY;
}

// explain_rows finds the rows in which nothing can be strange: they look like the text alone, of which
// each glyph there is explained. In the others it marks what glyphs explain.
static void explain_rows(unsigned char *explained) {
	const int w = drawn.width, h = drawn.height;
	memcpy(plain(), same(), h);
	for (int i = 0; i < drawn.out.count; i++) {
		const ocr_glyph *g = &drawn.out.glyphs[i];
		if (!explains(g))
			memset(plain() + g->box[1], 0, g->box[3] - g->box[1]);
	}
	for (int y = 0; y < h; y += BLOCK) { // squares look at the row above too
		int first = y > 0 ? y - 1 : 0, rows = (y + BLOCK < h ? y + BLOCK : h) - first;
		if (memchr(plain() + first, 0, rows))
			memset(explained + (size_t)first * w, 0, (size_t)rows * w);
	}
	for (int i = 0; i < drawn.out.count; i++) {
		const ocr_glyph *g = &drawn.out.glyphs[i];
		int first = g->box[1] > BLOCK ? g->box[1] - BLOCK - 1 : 0, last = g->box[3] + BLOCK + 1 < h ? g->box[3] + BLOCK + 1 : h;
		if (explains(g) && memchr(plain() + first, 0, last - first))
			explain(g, explained);
	}
}

// mark_strange marks the squares in which unexplained pixels differ from each other, or
// from those that adjoin the square above and to the left. low and high are of each column of a row of
// squares; they have a pixel each.
static void mark_strange(const unsigned char *gray, const unsigned char *explained, unsigned char *low, unsigned char *high) {
	const int w = drawn.width, h = drawn.height;
	for (int by = 0; by < drawn.out.strange_height; by++) {
		const int first = by * BLOCK - (by > 0), last = (by + 1) * BLOCK < h ? (by + 1) * BLOCK : h;
		if (!memchr(plain() + first, 0, last - first))
			continue;
		memset(low, 255, w);
		memset(high, 0, w);
		for (int y = first; y < last; y++) {
			const unsigned char *page = gray + (size_t)y * w, *known = explained + (size_t)y * w;
			for (int x = 0; x < w; x++) {
				unsigned char p = page[x] | known[x], q = page[x] & ~known[x];
				low[x] = p < low[x] ? p : low[x];
				high[x] = q > high[x] ? q : high[x];
			}
		}
		for (int bx = 0; bx < drawn.out.strange_width; bx++) {
			int least = 255, most = 0;
			for (int x = bx * BLOCK - (bx > 0); x < (bx + 1) * BLOCK && x < w; x++) {
				least = low[x] < least ? low[x] : least;
				most = high[x] > most ? high[x] : most;
			}
			int i = by * drawn.out.strange_width + bx;
			if (most - least > FAINT)
				drawn.out.strange[i / 8] |= 1 << i % 8;
		}
	}
}

// in_gray is the page in gray, whose pixels have one sample or four.
static const unsigned char *in_gray(const unsigned char *pixels, int samples) {
	if (samples == 1)
		return pixels;
	unsigned char *gray = plane(GRAY);
	size_t size = (size_t)drawn.width * drawn.height;
	for (size_t i = 0; i < size; i++) // weights of the eye, in 256ths
		gray[i] = (77 * pixels[4 * i] + 151 * pixels[4 * i + 1] + 28 * pixels[4 * i + 2]) >> 8;
	return gray;
}

static void measure_page(const unsigned char *gray) {
	const size_t w = drawn.width;
	for (int y = 0; y < drawn.height; y++)
		same()[y] = !memcmp(drawn.mask + y * w, gray + y * w, w);
	for (int i = 0; i < drawn.out.count; i++)
		if (drawn.out.glyphs[i].gid >= 0)
			measure(&drawn.out.glyphs[i], gray);
	explain_rows(plane(EXPLAINED));
	mark_strange(gray, plane(EXPLAINED), plane(COLUMNS), plane(COLUMNS) + w);
}

const ocr_drawn *ocr_drawn_glyphs(fz_context *ctx, const unsigned char *pixels, int samples) {
	if (!drawn.device)
		return NULL;
	volatile int closed = 0;
	TRY(ctx) {
		fz_close_device(ctx, drawn.device);
		closed = 1;
	} CATCH(ctx) {
		fz_ignore_error(ctx);
	}
	drawn.out.strange_width = (drawn.width + BLOCK - 1) / BLOCK;
	drawn.out.strange_height = (drawn.height + BLOCK - 1) / BLOCK;
	drawn.out.strange = calloc(((size_t)drawn.out.strange_width * drawn.out.strange_height + 7) / 8, 1);
	drawn.out.step = BLOCK;
	const ocr_drawn *out = NULL;
	if (closed && drawn.out.strange) {
		measure_page(in_gray(pixels, samples));
		out = &drawn.out;
	}
	stop_drawing(ctx);
	return out;
}

size_t ocr_font_program(fz_context *ctx, fz_font *font, const unsigned char **data) {
	volatile size_t size = 0;
	*data = NULL;
	if (!font->buffer || fz_font_t3_procs(ctx, font))
		return 0;
	TRY(ctx) {
		size = fz_buffer_storage(ctx, font->buffer, (unsigned char **)data);
	} CATCH(ctx) {
		fz_ignore_error(ctx);
		return 0;
	}
	return size;
}
