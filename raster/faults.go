package raster

import (
	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/wire"
)

// faultWords are the texts of faults.
var faultWords = []struct {
	fault mupdf.Faults
	text  string
}{
	{mupdf.FaultJPEG, "an image could not be decoded (JPEG)"},
	{mupdf.FaultJPX, "an image could not be decoded (JPEG 2000)"},
	{mupdf.FaultJBIG2, "an image could not be decoded (JBIG2)"},
	{mupdf.FaultFax, "an image could not be decoded (CCITT fax)"},
	{mupdf.FaultCut, "an image is cut off: a part of its data is missing"},
	{mupdf.FaultFilter, "data are compressed in a way that is not known"},
	{mupdf.FaultData, "compressed data are damaged"},
	{mupdf.FaultFont, "a font could not be loaded"},
	{mupdf.FaultGlyph, "a font is not embedded, and there is none to draw all of its characters"},
	{mupdf.FaultContent, "the page's drawing instructions are damaged"},
	{mupdf.FaultMissing, "the page refers to something that is not in the document"},
	{mupdf.FaultOther, "something could not be drawn"},
	{mupdf.FaultXFA, "it is an XFA form, whose content is not drawn: print it to a PDF in the program that fills it in"},
	{mupdf.Faults(wire.FaultFrames), "the image has further frames, of which only the first is read"},
	{mupdf.Faults(wire.FaultPages), "the file is damaged or cut off behind this page, and pages that follow it cannot be found"},
}

// faultTexts returns the texts of faults; nil for none. Unknown bits, which a child may send, are
// ignored.
func faultTexts(faults mupdf.Faults) (texts []string) {
	const undecoded = mupdf.FaultJPEG | mupdf.FaultJPX | mupdf.FaultJBIG2 | mupdf.FaultFax | mupdf.FaultFilter | mupdf.FaultData
	if faults&undecoded != 0 {
		faults &^= mupdf.FaultCut // it follows from these
	}
	if faults&mupdf.FaultContent != 0 {
		faults &^= mupdf.FaultOther
	}
	for _, w := range faultWords {
		if faults&w.fault != 0 {
			texts = append(texts, w.text)
		}
	}
	return texts
}
