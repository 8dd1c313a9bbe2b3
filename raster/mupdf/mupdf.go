// Package mupdf draws PDF pages and decodes images with the MuPDF library, which it
// opens at run time; see library.go. Every call here catches MuPDF's exceptions.
//
// MuPDF reads foreign bytes in C: use this package in a child process only.
// A Document is for one goroutine at a time, and so is the package as a whole.
package mupdf

/*
#cgo CFLAGS: -O3
#cgo LDFLAGS: -ldl
#include "mupdf.h"

typedef struct {
	fz_context *ctx;
	fz_stream *stream;
	fz_document *doc;
	fz_page *page;      // the page loaded last
	int owner;          // opened with the owner's password
	char message[256];  // what MuPDF said when a call failed
} document;

enum { OK, FAILED, NEEDS_PASSWORD, WRONG_PASSWORD };
enum { OWNER = 4 }; // of fz_authenticate_password

static int failed(document *d) {
	strncpy(d->message, fz_caught_message(d->ctx), sizeof d->message - 1);
	fz_ignore_error(d->ctx);
	return FAILED;
}

static fz_context *new_context(size_t store) {
	fz_context *ctx = fz_new_context_imp(NULL, NULL, store, MUPDF_VERSION);
	if (ctx)
		ocr_listen(ctx);
	return ctx;
}

static int open_pdf(document *d, const unsigned char *data, size_t len, const char *password) {
	volatile int status = OK;
	TRY(d->ctx) {
		fz_register_document_handler(d->ctx, pdf_handler);
		d->stream = fz_open_memory(d->ctx, data, len);
		d->doc = fz_open_document_with_stream(d->ctx, "application/pdf", d->stream);
		int needed = fz_needs_password(d->ctx, d->doc);
		int who = password[0] ? fz_authenticate_password(d->ctx, d->doc, password) : 0;
		d->owner = (who & OWNER) != 0;
		if (needed && !who)
			status = password[0] ? WRONG_PASSWORD : NEEDS_PASSWORD;
		else if (!who && password[0]) // the password that was given is not the right one
			fz_authenticate_password(d->ctx, d->doc, "");
	} CATCH(d->ctx) {
		return failed(d);
	}
	return status;
}

// undrawn_xfa reports whether the document is a form whose content is in XFA, which is not drawn: readers
// without XFA show a placeholder.
static int undrawn_xfa(document *d) {
	volatile int undrawn = 0;
	TRY(d->ctx) {
		pdf_obj *trailer = pdf_trailer(d->ctx, pdf_document_from_fz_document(d->ctx, d->doc));
		if (pdf_dict_getp(d->ctx, trailer, "Root/AcroForm/XFA"))
			undrawn = pdf_to_bool(d->ctx, pdf_dict_getp(d->ctx, trailer, "Root/NeedsRendering")) ||
				pdf_array_len(d->ctx, pdf_dict_getp(d->ctx, trailer, "Root/AcroForm/Fields")) == 0;
	} CATCH(d->ctx) {
		fz_ignore_error(d->ctx);
	}
	return undrawn;
}

static int image_scale(document *d, fz_rect bounds, float *scale) {
	TRY(d->ctx) {
		*scale = ocr_image_scale(d->ctx, d->page, bounds);
	} CATCH(d->ctx) {
		return failed(d);
	}
	return OK;
}

static int count_pages(document *d, int *count) {
	TRY(d->ctx) {
		*count = fz_count_pages(d->ctx, d->doc);
	} CATCH(d->ctx) {
		return failed(d);
	}
	return OK;
}

static void drop_page(document *d) {
	fz_drop_page(d->ctx, d->page);
	d->page = NULL;
}

static int load_page(document *d, int number, fz_rect *bounds) {
	drop_page(d);
	TRY(d->ctx) {
		d->page = fz_load_page(d->ctx, d->doc, number);
		*bounds = fz_bound_page(d->ctx, d->page);
	} CATCH(d->ctx) {
		drop_page(d);
		return failed(d);
	}
	return OK;
}

// render draws a page in RGBA, or in gray, which it abandons at the first color. It also returns the text
// that it drew, if wanted and available.
static int render(document *d, fz_matrix to_pixels, int width, int height, int gray, unsigned char *pixels, int *colored, fz_stext_page **text) {
	fz_pixmap *volatile pixmap = NULL;
	fz_device *volatile device = NULL;
	fz_device *volatile test = NULL;
	volatile int status = OK;
	fz_cookie cookie = {0};
	TRY(d->ctx) {
		fz_colorspace *cs = gray ? fz_device_gray(d->ctx) : fz_device_rgb(d->ctx);
		pixmap = fz_new_pixmap_with_data(d->ctx, cs, width, height, NULL, !gray, width * (gray ? 1 : 4), pixels);
		fz_clear_pixmap_with_value(d->ctx, pixmap, 0xff);
		device = fz_new_draw_device(d->ctx, to_pixels, pixmap);
		ocr_watch_text(d->ctx, device, to_pixels, gray ? colored : NULL, &cookie);
		if (text)
			ocr_note_text(d->ctx);
		test = fz_new_test_device(d->ctx, colored, 0, 0, device);
		fz_run_page(d->ctx, d->page, test, (fz_matrix){1, 0, 0, 1, 0, 0}, &cookie);
		fz_close_device(d->ctx, test);
		fz_close_device(d->ctx, device);
	} ALWAYS(d->ctx) {
		if (text)
			*text = ocr_noted_text(d->ctx);
		fz_drop_device(d->ctx, test);
		fz_drop_device(d->ctx, device);
		fz_drop_pixmap(d->ctx, pixmap);
	} CATCH(d->ctx) {
		status = failed(d);
	}
	return status;
}

static void close_document(document *d) {
	if (!d->ctx)
		return;
	drop_page(d);
	fz_drop_document(d->ctx, d->doc);
	fz_drop_stream(d->ctx, d->stream);
	// The context is not dropped: it is the process's only one and dies with it.
}

// decode returns a pixmap in gray (1 component, 2 with alpha) or RGB (3 or 4).
static int decode(document *d, int format, const unsigned char *data, size_t len, int subimage, fz_pixmap **out) {
	fz_pixmap *volatile pixmap = NULL;
	fz_pixmap *volatile rgb = NULL;
	volatile int status = OK;
	TRY(d->ctx) {
		switch (format) {
		case 0: pixmap = fz_load_tiff_subimage(d->ctx, data, len, subimage); break;
		case 1: pixmap = fz_load_jpeg(d->ctx, data, len); break;
		case 2: pixmap = fz_load_png(d->ctx, data, len); break;
		case 3: pixmap = fz_load_bmp(d->ctx, data, len); break;
		case 4: pixmap = fz_load_gif(d->ctx, data, len); break;
		}
		fz_colorspace *cs = fz_pixmap_colorspace(d->ctx, pixmap);
		if (cs != fz_device_gray(d->ctx) && cs != fz_device_rgb(d->ctx)) {
			int colors = fz_pixmap_components(d->ctx, pixmap) - fz_pixmap_alpha(d->ctx, pixmap);
			fz_colorspace *to = colors == 1 ? fz_device_gray(d->ctx) : fz_device_rgb(d->ctx);
			rgb = fz_convert_pixmap(d->ctx, pixmap, to, NULL, NULL, *default_color_params, 1);
		}
	} CATCH(d->ctx) {
		fz_drop_pixmap(d->ctx, pixmap);
		return failed(d);
	}
	if (rgb) {
		fz_drop_pixmap(d->ctx, pixmap);
		pixmap = rgb;
	}
	*out = pixmap;
	return status;
}

// samples describes how the pixels of a pixmap lie in memory.
typedef struct {
	int width, height, stride, components;
	unsigned char *bytes;
} samples;

static samples samples_of(fz_context *ctx, fz_pixmap *p) {
	return (samples){fz_pixmap_width(ctx, p), fz_pixmap_height(ctx, p), fz_pixmap_stride(ctx, p), fz_pixmap_components(ctx, p), fz_pixmap_samples(ctx, p)};
}

static void drop_pixmap(fz_context *ctx, fz_pixmap *p) { fz_drop_pixmap(ctx, p); }
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"math"
	"unsafe"

	"ocr-gateway/document"
)

var (
	// ErrPasswordRequired means that the document only opens with a password.
	ErrPasswordRequired = errors.New("mupdf: password required")
	// ErrWrongPassword means that the given password is neither the user's nor the owner's.
	ErrWrongPassword = errors.New("mupdf: wrong password")
	// errLibrary means that Load was not called, or has failed.
	errLibrary = errors.New("mupdf: the library is not open")
)

// storeBytes limits MuPDF's cache of decoded images and fonts.
const storeBytes = 64 << 20

// sharedContext is the process's only one, nil before Load.
var sharedContext *C.fz_context

// Document is an open PDF.
type Document struct {
	c    C.document
	page int // the loaded page, from 0; -1 for none
	rect C.fz_rect

	colored bool // the page drawn last

	programIDs map[*C.fz_font]document.FontID // of fonts kept in memory
}

// Load opens the library, once per process, before everything else.
func Load(path string) error {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if why := C.ocr_open_library(name); why != nil {
		return fmt.Errorf("mupdf: open the library: %s", C.GoString(why))
	}
	sharedContext = C.new_context(storeBytes)
	if sharedContext == nil {
		return fmt.Errorf("mupdf: the library is not version %s, or there is no memory", C.MUPDF_VERSION)
	}
	return nil
}

// Open opens the PDF in data, which must be outside the Go heap (a mapped file) and stay until Close. An
// empty password opens documents that need none.
func Open(data []byte, password string) (*Document, error) {
	d := &Document{page: -1}
	d.c.ctx = sharedContext
	if d.c.ctx == nil {
		return nil, errLibrary
	}
	if len(data) == 0 {
		return nil, errors.New("mupdf: empty document")
	}
	pw := C.CString(password)
	defer C.free(unsafe.Pointer(pw))
	if err := d.check(C.open_pdf(&d.c, (*C.uchar)(&data[0]), C.size_t(len(data)), pw)); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Close frees the document. The data may then go.
func (d *Document) Close() {
	d.dropPrograms()
	C.close_document(&d.c)
}

func (d *Document) check(status C.int) error {
	switch status {
	case C.OK:
		return nil
	case C.NEEDS_PASSWORD:
		return ErrPasswordRequired
	case C.WRONG_PASSWORD:
		return ErrWrongPassword
	}
	return fmt.Errorf("mupdf: %s", C.GoString(&d.c.message[0]))
}

// Pages is the number of pages that the document claims to have. It may be wrong.
func (d *Document) Pages() (int, error) {
	var n C.int
	err := d.check(C.count_pages(&d.c, &n))
	return int(n), err
}

// Size returns the size of page n, from 0, in points, with its /Rotate, /UserUnit
// and /CropBox applied.
func (d *Document) Size(n int) (width, height float64, err error) {
	if n != d.page {
		d.page = -1
		if err := d.check(C.load_page(&d.c, C.int(n), &d.rect)); err != nil {
			return 0, 0, err
		}
		d.page = n
	}
	width, height = float64(d.rect.x1-d.rect.x0), float64(d.rect.y1-d.rect.y0)
	if !(width > 0 && height > 0) || math.IsInf(width, 0) || math.IsInf(height, 0) {
		return 0, 0, errors.New("mupdf: page has no area")
	}
	return width, height, nil
}

// ImageScale returns the pixels per point of the finest image that fills at least half of page n, 0 if there
// is none.
func (d *Document) ImageScale(n int) (float64, error) {
	if _, _, err := d.Size(n); err != nil {
		return 0, err
	}
	var scale C.float
	err := d.check(C.image_scale(&d.c, d.rect, &scale))
	return math.Sqrt(float64(scale)), err
}

// Faults returns what is not drawn of the document as a whole.
func (d *Document) Faults() Faults {
	if C.undrawn_xfa(&d.c) != 0 {
		return FaultXFA
	}
	return 0
}

// Render draws page n, from 0, with its annotations and form fields on white, scaled to width x height pixels
// of pix: RGBA, 4 opaque bytes per pixel, or gray, one byte per pixel, if it has no colors. pix must have
// room for RGBA and be outside the Go heap.
func (d *Document) Render(n, width, height int, pix []byte) (gray bool, err error) {
	return d.render(n, width, height, pix, nil)
}

// render also returns the text that it drew, if text is not nil and the text can be had.
func (d *Document) render(n, width, height int, pix []byte, text **C.fz_stext_page) (gray bool, err error) {
	if width < 1 || height < 1 || len(pix)/4/width < height {
		return false, errors.New("mupdf: pixel buffer too small")
	}
	w, h, err := d.Size(n)
	if err != nil {
		return false, err
	}
	draw := func(gray C.int) (C.int, error) {
		var colored C.int
		err := d.check(C.render(&d.c, d.toPixels(w, h, width, height), C.int(width), C.int(height), gray, (*C.uchar)(&pix[0]), &colored, text))
		return colored, err
	}
	// Most pages are black on white, which takes a quarter of the bytes. Gray is not tried if the page before
	// had colors.
	if !d.colored {
		colored, err := draw(1)
		if colored == 0 {
			return true, err
		}
		d.dropText(text)
		C.ocr_restart_glyphs(d.c.ctx)
	}
	colored, err := draw(0)
	d.colored = colored != 0
	return false, err
}

// toPixels maps the loaded page, of w x h points, to width x height pixels.
func (d *Document) toPixels(w, h float64, width, height int) C.fz_matrix {
	sx, sy := C.float(float64(width)/w), C.float(float64(height)/h)
	return C.fz_matrix{a: sx, d: sy, e: -d.rect.x0 * sx, f: -d.rect.y0 * sy}
}

// Format is an image format that Decode reads.
type Format int

// The image formats.
const (
	TIFF Format = iota
	JPEG
	PNG
	BMP
	GIF
)

// Decode decodes image n, from 0, of data; n matters only for TIFF. Of damaged data it returns as much of the
// image as there is. The image is *image.Gray, or *image.RGBA with premultiplied alpha.
func Decode(format Format, data []byte, n int) (image.Image, error) {
	var d Document
	d.c.ctx = sharedContext
	if d.c.ctx == nil {
		return nil, errLibrary
	}
	if len(data) == 0 {
		return nil, errors.New("mupdf: empty image")
	}
	var pixmap *C.fz_pixmap
	if err := d.check(C.decode(&d.c, C.int(format), (*C.uchar)(&data[0]), C.size_t(len(data)), C.int(n), &pixmap)); err != nil {
		return nil, err
	}
	defer C.drop_pixmap(d.c.ctx, pixmap)
	return toImage(d.c.ctx, pixmap)
}

func toImage(ctx *C.fz_context, p *C.fz_pixmap) (image.Image, error) {
	s := C.samples_of(ctx, p)
	width, height, stride, n := int(s.width), int(s.height), int(s.stride), int(s.components)
	if width < 1 || height < 1 {
		return nil, errors.New("mupdf: image has no area")
	}
	samples := unsafe.Slice((*byte)(s.bytes), stride*height)
	rect := image.Rect(0, 0, width, height)
	if n == 1 {
		gray := image.NewGray(rect)
		for y := range height {
			copy(gray.Pix[y*width:(y+1)*width], samples[y*stride:])
		}
		return gray, nil
	}
	rgba := image.NewRGBA(rect)
	for y := range height {
		row, out := samples[y*stride:][:width*n], rgba.Pix[y*rgba.Stride:]
		switch n {
		case 2:
			for x := range width {
				v, a := row[2*x], row[2*x+1]
				out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = v, v, v, a
			}
		case 3:
			for x := range width {
				out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = row[3*x], row[3*x+1], row[3*x+2], 255
			}
		case 4:
			copy(out[:width*4], row)
		default:
			return nil, fmt.Errorf("mupdf: image has %d components", n)
		}
	}
	return rgba, nil
}
