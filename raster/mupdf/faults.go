package mupdf

/*
#include "mupdf.h"
*/
import "C"

import (
	"strings"
	"unsafe"
)

// Faults is the set of what was not drawn, or only partly, on a page.
type Faults uint32

// The faults.
const (
	FaultJPEG    Faults = 1 << iota // a JPEG image could not be decoded
	FaultJPX                        // a JPEG 2000 image
	FaultJBIG2                      // a JBIG2 image
	FaultFax                        // a CCITT fax image
	FaultCut                        // an image has fewer data than pixels
	FaultFilter                     // data are packed in a way that MuPDF does not know
	FaultData                       // packed data are damaged
	FaultFont                       // an embedded font could not be loaded
	FaultGlyph                      // a font is not embedded, and no other has its characters
	FaultContent                    // the page's instructions are damaged
	FaultMissing                    // the page names something that is not there
	FaultOther                      // an instruction could not be followed
	FaultXFA                        // the content is in an XFA form
)

// message is a message of MuPDF.
type message struct {
	failed bool // an exception caught inside MuPDF, not a warning
	text   string
}

// rule says what a message means that contains a text.
type rule struct {
	in    string
	means Faults
}

// failures are the rules for caught exceptions; the first that fits counts. If none fits, it is FaultOther.
var failures = []rule{
	{"unknown keyword", 0}, // the rest is still read
	{"cannot recognize xref format", 0},
	{"cannot find startxref", 0}, // and repaired
	{"cycle in page tree", 0},
	{"optional content", 0},
	{"structure tree", 0},
	{"ToUnicode", 0},
	{"jpeg error", FaultJPEG},
	{"JPX", FaultJPX},
	{"jpx", FaultJPX},
	{"openjpeg", FaultJPX},
	{"jbig2", FaultJBIG2},
	{"faxd", FaultFax},
	{"zlib", FaultData},
	{"lzw", FaultData},
	{"a85d", FaultData},
	{"ahxd", FaultData},
	{"run length", FaultData},
	{"font", FaultFont},
	{"FT_", FaultFont},
	{"cmap", FaultFont},
	{"CMap", FaultFont},
	{"glyph", FaultFont},
	{"cannot find", FaultMissing},
	{"syntax error in content stream", FaultContent},
}

// warnings count only if they fit one of these.
var warnings = []rule{
	{"padding truncated image", FaultCut},
	{"premature end of file in jpeg", FaultCut},
	{"unknown filter name", FaultFilter},
	{"invalid predictor", FaultData},
	{"incorrect data check", 0}, // the data are complete except for their checksum
	{"ignoring zlib error", FaultData},
	{"ignored error when loading embedded font", FaultFont},
	{"non-embedded font using identity encoding", FaultGlyph},
	{"too many syntax errors", FaultContent},
}

// excused begins warnings that say that the failure before them did no harm: a broken color profile was
// replaced by a standard one.
const excused = "ignoring broken ICC profile"

// faultsOf interprets messages, given in order.
func faultsOf(said []message) (found Faults) {
	for i, m := range said {
		switch {
		case !m.failed:
			found |= meaning(m.text, warnings, 0)
		case i+1 < len(said) && strings.HasPrefix(said[i+1].text, excused):
		default:
			found |= meaning(m.text, failures, FaultOther)
		}
	}
	return found
}

func meaning(text string, rules []rule, otherwise Faults) Faults {
	for _, r := range rules {
		if strings.Contains(text, r.in) {
			return r.means
		}
	}
	return otherwise
}

// Forget begins a page: earlier messages are not about it.
func Forget() {
	if sharedContext != nil {
		C.ocr_forget(sharedContext)
	}
}

// Said returns what was not drawn since Forget. After any fault cached fonts and images are dropped too, or
// the next page that uses them would report nothing.
func Said() Faults {
	if sharedContext == nil {
		return 0
	}
	var first *C.said_message
	var missingGlyph C.int
	n := C.ocr_said(sharedContext, &first, &missingGlyph)
	said := make([]message, n)
	for i, m := range unsafe.Slice(first, n) {
		said[i] = message{failed: m.kind == C.SAID_ERROR, text: C.GoString(&m.text[0])}
	}
	found := faultsOf(said)
	if missingGlyph != 0 {
		found |= FaultGlyph
	}
	if found != 0 {
		C.ocr_empty_store(sharedContext)
	}
	return found
}
