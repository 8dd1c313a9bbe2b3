package mupdf

/*
#include "mupdf.h"

// MuPDF's own, of the device in use: a process has one context and one thread for it.
static fill_text_fn *fill_any_text;
static stroke_text_fn *stroke_any_text;

static void fill_visible_text(fz_context *ctx, fz_device *device, const fz_text *text, fz_matrix m, fz_colorspace *cs, const float *color, float alpha, fz_color_params params) {
	if (alpha > 0)
		fill_any_text(ctx, device, text, m, cs, color, alpha, params);
}

static void stroke_visible_text(fz_context *ctx, fz_device *device, const fz_text *text, const fz_stroke_state *pen, fz_matrix m, fz_colorspace *cs, const float *color, float alpha, fz_color_params params) {
	if (alpha > 0)
		stroke_any_text(ctx, device, text, pen, m, cs, color, alpha, params);
}

// drawn_text_device gives a device that keeps text only if it leaves a mark.
static fz_device *drawn_text_device(fz_context *ctx, fz_stext_page *text) {
	fz_device *device = fz_new_stext_device(ctx, text, NULL);
	fill_any_text = device->fill_text;
	stroke_any_text = device->stroke_text;
	device->fill_text = fill_visible_text;
	device->stroke_text = stroke_visible_text;
	device->ignore_text = NULL; // render mode 3
	// /ActualText stands for what is drawn, and need not look like it. Graphics are
	// measured for its sake only.
	device->begin_metatext = device->end_metatext = NULL;
	device->fill_path = device->stroke_path = NULL;
	device->fill_shade = device->fill_image = device->fill_image_mask = NULL;
	return device;
}

// read_text gives the text of the loaded page, which drop_text frees.
static int read_text(document *d, fz_matrix to_pixels, int width, int height, fz_cookie *cookie, fz_stext_page **out) {
	fz_stext_page *volatile text = NULL;
	fz_device *volatile device = NULL;
	TRY(d->ctx) {
		text = fz_new_stext_page(d->ctx, (fz_rect){0, 0, width, height});
		device = drawn_text_device(d->ctx, text);
		fz_run_page(d->ctx, d->page, device, to_pixels, cookie);
		fz_close_device(d->ctx, device);
	} ALWAYS(d->ctx) {
		fz_drop_device(d->ctx, device);
	} CATCH(d->ctx) {
		fz_drop_stext_page(d->ctx, text);
		return failed(d);
	}
	*out = text;
	return OK;
}

static fz_stext_line *first_line(const fz_stext_block *block) {
	return block->type == FZ_STEXT_BLOCK_TEXT ? block->u.t.first_line : NULL;
}
*/
import "C"

import (
	"errors"
	"math"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"ocr-gateway/document"
)

// Words gives the text that page n draws, cut at white space and wide gaps, in the
// pixels of a rendering of width x height. Text in render mode 3 and fully
// transparent text is left out, and so are characters off the page; text that is
// clipped away, covered, or of the colour of its ground is not. Code points are the
// document's word and may be any number: those that are none come as U+FFFD. It is an
// error if the text takes longer than patience.
func (d *Document) Words(n, width, height int, patience time.Duration) ([]document.Word, error) {
	m, err := d.toPixels(n, width, height)
	if err != nil {
		return nil, err
	}
	var cookie C.fz_cookie
	abort := time.AfterFunc(patience, func() {
		atomic.StoreInt32((*int32)(unsafe.Pointer(&cookie.abort)), 1)
	})
	var text *C.fz_stext_page
	err = d.check(C.read_text(&d.c, m, C.int(width), C.int(height), &cookie, &text))
	inTime := abort.Stop()
	if err != nil {
		return nil, err
	}
	defer C.fz_drop_stext_page(d.c.ctx, text)
	if !inTime {
		return nil, errors.New("mupdf: text takes too long")
	}
	w := wordCutter{width: float64(width), height: float64(height)}
	for block := text.first_block; block != nil; block = block.next {
		for line := C.first_line(block); line != nil; line = line.next {
			for char := line.first_char; char != nil; char = char.next {
				w.add(rune(char.c), &char.quad)
			}
			w.end()
		}
	}
	return w.words, nil
}

// wordCutter makes words of the characters of one line after the other.
type wordCutter struct {
	width, height  float64 // of the page
	words          []document.Word
	text           []byte  // of the word in work
	x0, y0, x1, y1 float64 // its box
}

// softHyphen is drawn as a hyphen where it is drawn at all.
const softHyphen = '\u00ad'

func (w *wordCutter) add(c rune, q *C.fz_quad) {
	if unicode.IsSpace(c) {
		w.end()
		return
	}
	if c == softHyphen {
		c = '-'
	}
	x0, x1 := extent(q.ul.x, q.ur.x, q.ll.x, q.lr.x)
	y0, y1 := extent(q.ul.y, q.ur.y, q.ll.y, q.lr.y)
	if !(x1 >= 0 && x0 <= w.width && y1 >= 0 && y0 <= w.height) { // not what NaN is either
		return
	}
	if len(w.text) > 0 {
		x0, y0, x1, y1 = min(x0, w.x0), min(y0, w.y0), max(x1, w.x1), max(y1, w.y1)
	}
	w.text, w.x0, w.y0, w.x1, w.y1 = utf8.AppendRune(w.text, c), x0, y0, x1, y1
}

func extent(a, b, c, d C.float) (low, high float64) {
	return float64(min(a, b, c, d)), float64(max(a, b, c, d))
}

// end finishes the word in work, if there is one that covers a part of the page.
func (w *wordCutter) end() {
	box := document.BBox{
		int(math.Floor(max(w.x0, 0))), int(math.Floor(max(w.y0, 0))),
		int(math.Ceil(min(w.x1, w.width))), int(math.Ceil(min(w.y1, w.height))),
	}
	if len(w.text) > 0 && box[0] < box[2] && box[1] < box[3] {
		w.words = append(w.words, document.Word{Text: string(w.text), BBox: box})
	}
	w.text = w.text[:0]
}
