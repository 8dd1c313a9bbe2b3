package mupdf

/*
#include "mupdf.h"

static fz_font *keep_font(fz_context *ctx, fz_font *font) { return fz_keep_font(ctx, font); }
static void drop_font(fz_context *ctx, fz_font *font) { fz_drop_font(ctx, font); }
*/
import "C"

import (
	"crypto/sha256"
	"strings"
	"unicode/utf8"
	"unsafe"

	"ocr-gateway/document"
)

// maxPrograms limits the bytes of a page's fonts that are hashed.
const maxPrograms = 256 << 20

// RenderWithGlyphs is Render, or RenderWithWords, that also returns each character that it drew, and how far
// they explain the page; nil if there are none or too many, or they cannot be had.
func (d *Document) RenderWithGlyphs(n, width, height int, pix []byte, withWords bool) (words []document.Word, drawn *document.Drawn, gray bool, err error) {
	C.ocr_want_glyphs(d.c.ctx, C.int(width), C.int(height))
	defer C.ocr_forget_glyphs(d.c.ctx)
	if withWords {
		words, gray, err = d.RenderWithWords(n, width, height, pix)
	} else {
		gray, err = d.Render(n, width, height, pix)
	}
	if err != nil {
		return words, nil, gray, err
	}
	return words, d.drawn((*C.uchar)(&pix[0]), gray), gray, nil
}

// drawn returns the characters drawn last, with what the page's pixels say of them; nil for none.
func (d *Document) drawn(pix *C.uchar, gray bool) *document.Drawn {
	samples := C.int(4)
	if gray {
		samples = 1
	}
	out := C.ocr_drawn_glyphs(d.c.ctx, pix, samples)
	if out == nil {
		return nil
	}
	drawn := &document.Drawn{Strange: strange(out)}
	if drawn.Fonts = d.programs(unsafe.Slice(out.fonts, int(out.font_count))); drawn.Fonts == nil {
		return nil
	}
	drawn.Characters = characters(unsafe.Slice(out.glyphs, int(out.count)))
	return drawn
}

// strange copies the map of unexplained ink.
func strange(out *C.ocr_drawn) document.Blocks {
	b := document.Blocks{Step: int(out.step), Width: int(out.strange_width), Height: int(out.strange_height)}
	b.Bits = C.GoBytes(unsafe.Pointer(out.strange), C.int((b.Width*b.Height+7)/8))
	return b
}

// programs hashes the programs of fonts; nil if they are too large.
func (d *Document) programs(fonts []*C.fz_font) []document.FontID {
	if d.programIDs == nil {
		d.programIDs = map[*C.fz_font]document.FontID{}
	}
	ids := make([]document.FontID, len(fonts))
	total := 0
	for i, font := range fonts {
		if id, known := d.programIDs[font]; known {
			ids[i] = id
			continue
		}
		var data *C.uchar
		size := int(C.ocr_font_program(d.c.ctx, font, &data))
		if total += size; total > maxPrograms {
			return nil
		}
		if size > 0 {
			ids[i] = sha256.Sum256(unsafe.Slice((*byte)(data), size))
		}
		d.keepProgram(font, ids[i])
	}
	return ids
}

// keptPrograms is how many fonts are kept, so that the next page need not hash them again.
const keptPrograms = 64

// keepProgram remembers the hash of a font, and keeps the font in memory so that no other can take its
// address.
func (d *Document) keepProgram(font *C.fz_font, id document.FontID) {
	if len(d.programIDs) >= keptPrograms {
		d.dropPrograms()
	}
	C.keep_font(d.c.ctx, font)
	d.programIDs[font] = id
}

func (d *Document) dropPrograms() {
	for font := range d.programIDs {
		C.drop_font(d.c.ctx, font)
	}
	clear(d.programIDs)
}

// characters converts glyphs to characters. If a glyph stands for several letters, the further ones follow it
// as glyphs without shape.
func characters(glyphs []C.ocr_glyph) []document.Character {
	all := make([]document.Character, 0, len(glyphs))
	for i := 0; i < len(glyphs); {
		g := &glyphs[i]
		i++
		if g.gid < 0 {
			continue
		}
		text := letter(rune(g.ucs))
		if i < len(glyphs) && glyphs[i].gid < 0 {
			var more strings.Builder
			more.WriteString(text)
			for ; i < len(glyphs) && glyphs[i].gid < 0 && more.Len() < maxLetters; i++ {
				more.WriteString(letter(rune(glyphs[i].ucs)))
			}
			text = more.String()
		}
		all = append(all, document.Character{
			Font: int(g.font), Glyph: int(g.gid), Text: text,
			X0: float32(g.x0), X1: float32(g.x1), Baseline: float32(g.baseline), Size: float32(g.size),
			Ink:     document.BBox{int(g.box[0]), int(g.box[1]), int(g.box[2]), int(g.box[3])},
			Upright: g.upright != 0, Contrast: uint8(g.contrast), Astray: uint8(g.astray),
		})
	}
	return all
}

// maxLetters is how many bytes of letters a glyph may stand for: more are not a ligature.
const maxLetters = 32

// ascii holds the letters of most glyphs, which share its memory.
var ascii = func() string {
	b := make([]byte, utf8.RuneSelf)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}()

func letter(r rune) string {
	if r >= 0 && r < utf8.RuneSelf {
		return ascii[r : r+1]
	}
	if !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	return string(r)
}
