package worker

import (
	"ocr-gateway/document"
	"ocr-gateway/raster/decode"
	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/wire"
)

// pdfReader reads PDF by MuPDF.
type pdfReader struct{ doc *mupdf.Document }

func (r pdfReader) Pages() (int, error) { return r.doc.Pages() }

func (r pdfReader) Faults(int) mupdf.Faults { return r.doc.Faults() }

const pointsPerInch = 72

// smallPage is the longer side in points of a page that may be too small for the
// image on it: half a sheet of paper.
const smallPage = 432

func (r pdfReader) Size(page int) (decode.Size, error) {
	width, height, err := r.doc.Size(page)
	size := decode.Size{Width: width, Height: height}
	if err == nil && max(width, height) < smallPage {
		if scale, err := r.doc.ImageScale(page); err == nil {
			size.DPI = scale * pointsPerInch
		}
		mupdf.Said() // what was said now has to be said again when the page is drawn
	}
	return size, err
}

func (r pdfReader) Render(page, width, height int, pix []byte) (decode.Drawn, error) {
	gray, err := r.doc.Render(page, width, height, pix)
	return drawn(width, height, gray), err
}

func (r pdfReader) RenderWithWords(page, width, height int, pix []byte) (decode.Drawn, []document.Word, error) {
	words, gray, err := r.doc.RenderWithWords(page, width, height, pix)
	return drawn(width, height, gray), words, err
}

func (r pdfReader) RenderWithGlyphs(page, width, height int, pix []byte, words bool) (decode.Drawn, []document.Word, *document.Drawn, error) {
	said, characters, gray, err := r.doc.RenderWithGlyphs(page, width, height, pix, words)
	return drawn(width, height, gray), said, characters, err
}

func drawn(width, height int, gray bool) decode.Drawn {
	format := wire.FormatOpaque
	if gray {
		format = wire.FormatGray
	}
	return decode.Drawn{Width: width, Height: height, Format: format}
}
