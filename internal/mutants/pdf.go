package mutants

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

var (
	pdfNumber    = regexp.MustCompile(`-?\d+(\.\d+)?`)
	pdfName      = regexp.MustCompile(`/[A-Za-z0-9]{1,20}`)
	pdfReference = regexp.MustCompile(`\d+ \d+ R\b`)
	pdfLength    = regexp.MustCompile(`/Length\d? \d+`)
	pdfObject    = regexp.MustCompile(`(?s)\d+ \d+ obj\b.*?endobj`)
	pdfDict      = regexp.MustCompile(`<<`)
	pdfContent   = regexp.MustCompile(`stream\r?\n`)
)

// pdfNumbers are what programs count with until it is too much.
var pdfNumbers = []string{
	"0", "1", "-1", "2", "255", "256", "65535", "65536", "1000000", "2147483647", "2147483648", "-2147483648", "4294967295", "4294967296",
	"9223372036854775807", "99999999999999999999", "0.0000001", "1e38", "3.4028235e38", "-0.5",
}

// pdfEntries are put into dictionaries: sizes, filters and pages that cost much or
// go round. 1 0 R is the catalog or the pages of most files.
var pdfEntries = []string{
	"/MediaBox[0 0 1000000 1000000]", "/MediaBox[0 0 0 0]", "/MediaBox[1e38 1e38 -1e38 -1e38]", "/CropBox[0 0 0.001 20000]", "/UserUnit 100000",
	"/Rotate 45", "/Rotate 2147483647", "/Kids[1 0 R 2 0 R 1 0 R]", "/Count 2147483647", "/Count -1", "/Parent 1 0 R", "/Contents 1 0 R",
	"/Length 0", "/Length 2147483647", "/Length 1 0 R", "/Width 100000/Height 100000", "/BitsPerComponent 32", "/ColorSpace/Indexed",
	"/ColorSpace[/Indexed/DeviceRGB 2147483647 1 0 R]", "/SMask 1 0 R", "/DecodeParms<</Predictor 15/Columns 2147483647>>",
	"/Filter[" + strings.Repeat("/FlateDecode ", 100) + "]", "/Filter/JBIG2Decode", "/Filter/JPXDecode", "/Filter/CCITTFaxDecode", "/Filter/LZWDecode", "/Filter/DCTDecode",
	"/W[2147483647 1 1]", "/Index[0 2147483647]", "/Size 2147483647", "/Prev 0", "/Encrypt 1 0 R", "/Resources 1 0 R", "/Matrix[0 0 0 0 0 0]", "/BBox[0 0 1e9 1e9]",
	"/XStep 0.0001/YStep 0.0001", "/FunctionType 4", "/Type/ObjStm", "/Type/XRef",
}

// pdfOperators are put in front of content: deep, heavy or wrong drawing.
var pdfOperators = []string{
	strings.Repeat("q ", 20000), strings.Repeat("[", 20000), strings.Repeat("<<", 20000), strings.Repeat("(", 20000),
	"1e-9 0 0 1e-9 0 0 cm ", "1e9 0 0 1e9 0 0 cm ", "/X0 Do ", "/Im1 Do ", "[0.001]0 d 0 0 m 100000 100000 l S ", "99999 w 0 0 m 1 1 l S ",
	"BI /W 100000 /H 100000 /BPC 8 /CS /RGB ID x EI ", "BI /W 1 /H 1 /F [/AHx /Fl] ID 00 EI ", "/F1 1e9 Tf (a) Tj ", "-2147483648 Tr ",
}

// damagePDF edits the text that a PDF is made of. Most changes shift what is
// behind them, so readers must rebuild the table of objects too.
func damagePDF(random *rand.Rand, data []byte) []byte {
	// one picks a place of a kind, false when there is none.
	one := func(kind *regexp.Regexp) (span, bool) {
		found := kind.FindAllIndex(data, 5000)
		if len(found) == 0 {
			return span{}, false
		}
		at := found[random.IntN(len(found))]
		return span{at[0], at[1]}, true
	}
	// another replaces one place of a kind by what is given, or by another of the kind.
	another := func(kind *regexp.Regexp, by string) []byte {
		at, found := one(kind)
		if !found {
			return damageBytes(random, data)
		}
		if by == "" {
			from, _ := one(kind)
			by = string(data[from.from:from.to])
		}
		return slices.Replace(data, at.from, at.to, []byte(by)...)
	}
	behind := func(kind *regexp.Regexp, text string) []byte {
		at, found := one(kind)
		if !found {
			return damageBytes(random, data)
		}
		return slices.Insert(data, at.to, []byte(text)...)
	}
	switch random.IntN(9) {
	case 0:
		return another(pdfNumber, pdfNumbers[random.IntN(len(pdfNumbers))])
	case 1:
		return another(pdfLength, "/Length "+pdfNumbers[random.IntN(len(pdfNumbers))])
	case 2:
		return another(pdfName, "")
	case 3:
		return another(pdfReference, "")
	case 4:
		return another(pdfObject, "")
	case 5: // an object again, or very often
		at, found := one(pdfObject)
		if !found {
			return damageBytes(random, data)
		}
		return slices.Insert(data, at.from, repeat(random, append(slices.Clone(data[at.from:at.to]), '\n'))...)
	case 6: // a dictionary in a dictionary in …
		return behind(pdfDict, strings.Repeat("/A<<", []int{1, 100, 50000}[random.IntN(3)]))
	case 7:
		return behind(pdfContent, pdfOperators[random.IntN(len(pdfOperators))])
	default:
		return behind(pdfDict, pdfEntries[random.IntN(len(pdfEntries))])
	}
}
