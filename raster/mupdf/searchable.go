package mupdf

/*
#include "mupdf.h"

// caught returns MuPDF's exception as text.
static const char *caught(fz_context *ctx) {
	static char message[256];
	strncpy(message, fz_caught_message(ctx), sizeof message - 1);
	fz_ignore_error(ctx);
	return message;
}

// These return NULL, or what went wrong.

static const char *page_frame(fz_context *ctx, fz_document *doc, int page, fz_rect *bounds, fz_matrix *to_content) {
	TRY(ctx) {
		fz_matrix to_page;
		pdf_page_obj_transform(ctx, pdf_lookup_page_obj(ctx, pdf_document_from_fz_document(ctx, doc), page), bounds, &to_page);
		*bounds = fz_transform_rect(*bounds, to_page);
		*to_content = fz_invert_matrix(to_page);
	} CATCH(ctx) {
		return caught(ctx);
	}
	return NULL;
}

static const char *page_text(fz_context *ctx, fz_page *page, fz_rect bounds, fz_stext_page **text) {
	TRY(ctx) {
		*text = ocr_text(ctx, page, bounds);
	} CATCH(ctx) {
		return caught(ctx);
	}
	return NULL;
}

static const char *new_object(fz_context *ctx, fz_document *doc, int *number) {
	TRY(ctx) {
		*number = pdf_create_object(ctx, pdf_document_from_fz_document(ctx, doc));
	} CATCH(ctx) {
		return caught(ctx);
	}
	return NULL;
}

static const char *set_font(fz_context *ctx, fz_document *doc, int number, const ocr_font *font) {
	TRY(ctx) {
		ocr_set_font(ctx, pdf_document_from_fz_document(ctx, doc), number, font);
	} CATCH(ctx) {
		return caught(ctx);
	}
	return NULL;
}

static const char *has_font(fz_context *ctx, fz_document *doc, int page, const char *name, int *has) {
	TRY(ctx) {
		*has = ocr_has_font(ctx, pdf_document_from_fz_document(ctx, doc), page, name);
	} CATCH(ctx) {
		return caught(ctx);
	}
	return NULL;
}

static const char *add_content(fz_context *ctx, fz_document *doc, int page, ocr_bytes packed, const char *font, int number) {
	TRY(ctx) {
		ocr_add_content(ctx, pdf_document_from_fz_document(ctx, doc), page, packed, font, number);
	} CATCH(ctx) {
		return caught(ctx);
	}
	return NULL;
}

static const char *may_edit(fz_context *ctx, fz_document *doc, int *may) {
	TRY(ctx) {
		*may = pdf_has_permission(ctx, pdf_document_from_fz_document(ctx, doc), FZ_PERMISSION_EDIT);
	} CATCH(ctx) {
		return caught(ctx);
	}
	return NULL;
}

// save appends to the file if it can.
static const char *save(fz_context *ctx, fz_document *doc, size_t original, unsigned char *bytes, size_t room, int *appended, size_t *size) {
	TRY(ctx) {
		pdf_document *pdf = pdf_document_from_fz_document(ctx, doc);
		*appended = pdf_can_be_saved_incrementally(ctx, pdf);
		*size = ocr_save(ctx, pdf, *appended, original, bytes, room);
	} CATCH(ctx) {
		return caught(ctx);
	}
	return NULL;
}

static fz_stext_line *text_lines(const fz_stext_block *block) {
	return block->type == FZ_STEXT_BLOCK_TEXT ? block->u.t.first_line : NULL;
}

static void drop_page_text(fz_context *ctx, fz_stext_page *text) { fz_drop_stext_page(ctx, text); }
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// Frame is a loaded page as it is shown, in points, with the matrix from there to the coordinates of its
// content.
type Frame struct {
	Width, Height float64
	ToContent     [6]float64
}

// Letter is a character of a page's text, at its middle, in points of the page as it is shown.
type Letter struct {
	R    rune
	X, Y float64
}

// Font is a font with two bytes per character, to be embedded. The streams are compressed by zlib.
type Font struct {
	Name                     string
	Advance                  int // of each character, in thousandths
	Length                   int // of Program, unpacked
	Program, Glyphs, Unicode []byte
}

// thrown converts the message of a call to an error.
func thrown(message *C.char) error {
	if message == nil {
		return nil
	}
	return fmt.Errorf("mupdf: %s", C.GoString(message))
}

// Frame returns how page n, from 0, is shown.
func (d *Document) Frame(n int) (Frame, error) {
	if _, _, err := d.Size(n); err != nil {
		return Frame{}, err
	}
	var bounds C.fz_rect
	var m C.fz_matrix
	if err := thrown(C.page_frame(d.c.ctx, d.c.doc, C.int(n), &bounds, &m)); err != nil {
		return Frame{}, err
	}
	// The matrix also shifts the page's origin.
	x0, y0 := float64(bounds.x0), float64(bounds.y0)
	a, b, c, e := float64(m.a), float64(m.b), float64(m.c), float64(m.d)
	return Frame{
		Width: float64(bounds.x1) - x0, Height: float64(bounds.y1) - y0,
		ToContent: [6]float64{a, b, c, e, float64(m.e) + a*x0 + c*y0, float64(m.f) + b*x0 + e*y0},
	}, nil
}

// maxLettersOfPage limits how much of a page's text is looked at.
const maxLettersOfPage = 1 << 17

// Letters returns the text of page n, hidden text included.
func (d *Document) Letters(n int) ([]Letter, error) {
	if _, _, err := d.Size(n); err != nil {
		return nil, err
	}
	var text *C.fz_stext_page
	if err := thrown(C.page_text(d.c.ctx, d.c.page, d.rect, &text)); err != nil {
		return nil, err
	}
	defer C.drop_page_text(d.c.ctx, text)
	var all []Letter
	for block := text.first_block; block != nil; block = block.next {
		for line := C.text_lines(block); line != nil; line = line.next {
			for char := line.first_char; char != nil && len(all) < maxLettersOfPage; char = char.next {
				q := &char.quad
				all = append(all, Letter{
					R: rune(char.c),
					X: float64(q.ul.x+q.ur.x+q.ll.x+q.lr.x)/4 - float64(d.rect.x0),
					Y: float64(q.ul.y+q.ur.y+q.ll.y+q.lr.y)/4 - float64(d.rect.y0),
				})
			}
		}
	}
	return all, nil
}

// MayEdit reports whether whoever opened the document may change it.
func (d *Document) MayEdit() (bool, error) {
	if d.c.owner != 0 {
		return true, nil
	}
	var may C.int
	err := thrown(C.may_edit(d.c.ctx, d.c.doc, &may))
	return may != 0, err
}

// NewObject reserves the number of an object.
func (d *Document) NewObject() (int, error) {
	var number C.int
	err := thrown(C.new_object(d.c.ctx, d.c.doc, &number))
	return int(number), err
}

// HasFont reports whether page n has a font of that name among its resources.
func (d *Document) HasFont(n int, name string) (bool, error) {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	var has C.int
	err := thrown(C.has_font(d.c.ctx, d.c.doc, C.int(n), c, &has))
	return has != 0, err
}

// AddContent inserts a content stream, compressed by zlib, before those of page n, and adds the font object
// number to the page under a name.
func (d *Document) AddContent(n int, packed []byte, font string, number int) error {
	c := C.CString(font)
	defer C.free(unsafe.Pointer(c))
	var pins runtime.Pinner
	defer pins.Unpin()
	return thrown(C.add_content(d.c.ctx, d.c.doc, C.int(n), pinned(&pins, packed), c, C.int(number)))
}

// SetFont writes a font as the object with that number.
func (d *Document) SetFont(number int, f Font) error {
	name := C.CString(f.Name)
	defer C.free(unsafe.Pointer(name))
	var pins runtime.Pinner
	defer pins.Unpin()
	font := C.ocr_font{
		name: name, advance: C.int(f.Advance), length: C.int(f.Length),
		program: pinned(&pins, f.Program), glyphs: pinned(&pins, f.Glyphs), unicode: pinned(&pins, f.Unicode),
	}
	return thrown(C.set_font(d.c.ctx, d.c.doc, C.int(number), &font))
}

func pinned(pins *runtime.Pinner, b []byte) C.ocr_bytes {
	if len(b) == 0 {
		return C.ocr_bytes{}
	}
	pins.Pin(&b[0])
	return C.ocr_bytes{bytes: (*C.uchar)(&b[0]), size: C.size_t(len(b))}
}

// Save writes the document to the start of out: only what follows the original bytes, whose number is
// original, or, if these are damaged, the whole file. Encryption is kept.
func (d *Document) Save(original int, out []byte) (size int, appended bool, err error) {
	if len(out) == 0 {
		return 0, false, errors.New("mupdf: no room to save")
	}
	var isAppended C.int
	var n C.size_t
	err = thrown(C.save(d.c.ctx, d.c.doc, C.size_t(original), (*C.uchar)(&out[0]), C.size_t(len(out)), &isAppended, &n))
	return int(n), isAppended != 0, err
}
