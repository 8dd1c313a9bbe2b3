package embedded

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/script"
	"ocr-gateway/engine/embedded/tesseract"
)

// For letters of scripts that it does not know the reader writes nothing, or a few dots and digits, and can
// be confident of them.
const (
	judgeable  = 5.0 // length of a line, in heights, from which it is judged by itself
	muchMissed = 0.3 // share of the writing on a line; a circle or an icon before a few words is less
	guessed    = 0.6 // confidence below which a long line counts as not read
	mostUnread = 0.5 // share of a region's lines, by length, from which the region is not read
	unreadSure = 0.5 // highest confidence of a region that is not read
	tooSmall   = 10  // pixels; in a lower line nothing can be said of the script
)

// unread holds the lengths of a region's lines: of all, and of those of which too little was read, being in
// another script or illegible: blurred or too small.
type unread struct {
	all, foreign, illegible float64
	scripts                 map[string]float64 // of foreign, by script
}

// unreadOf measures the lines of a region. claims are what the PDF says of them; a line with the same text
// counts as read.
func unreadOf(src pixels.Raster, region document.Region, lines []document.Line, claims []string) unread {
	u := unread{scripts: map[string]float64{}}
	if region.Type == document.RegionImage || region.Type == document.RegionTable || region.Label == "figure" {
		return u
	}
	for i, l := range lines {
		w, h := pixels.QuadSize(l.Quad)
		w, h = max(w, h), min(w, h)
		u.all += w
		if w < judgeable*h || l.Confidence == nil && l.Text != "" { // from the PDF
			continue
		}
		name := scriptOf(l, "")
		switch {
		case name == "" || name != unknown && (l.Script != "" || l.Text == claims[i]):
		case name == unknown && (h < tooSmall || src.Blurred(l.BBox, h)):
			u.illegible += w
		default:
			u.foreign += w
			if said, n := script.Most(claims[i]); name == unknown && n >= proofread.AgreeMin && !builtIn(said) {
				name = said
			}
			u.scripts[name] += w
		}
	}
	return u
}

// problem reports that too little was read of most of the text; nil otherwise. readable are the scripts that
// can be read.
func (u unread) problem(readable []string) *document.Problem {
	if u.all == 0 || u.foreign+u.illegible < mostUnread*u.all {
		return nil
	}
	if u.illegible > u.foreign {
		return document.Problemf(document.CodeTextIllegible, document.PhaseRecognize,
			"most of this text could not be read: the image is too blurred there, or the print too small; send a sharper or larger one, or a PDF with its text")
	}
	name := mostOf(u.scripts)
	if name == "" {
		return document.Problemf(document.CodeScriptUnsupported, document.PhaseRecognize,
			"most of this text could not be read: it is in none of the scripts that the embedded engine can read on this server (%s), or it is no text; "+
				"Tesseract's language packages add scripts, see scripts in /api/info, and the vllm engine reads more", strings.Join(readable, ", "))
	}
	return document.Problemf(document.CodeScriptUnsupported, document.PhaseRecognize,
		"most of this text could not be read: it is in the script %s, which the embedded engine cannot read well on this server; %s adds it, and the vllm engine reads more scripts",
		name, cmp.Or(tesseract.Package(name), "another recognizer"))
}

// script returns the script of the lines if most were not read, and otherwise of most letters of their text;
// empty for Latin and where nothing tells.
func (u unread) script(text string) string {
	name := mostOf(u.scripts)
	if u.foreign == 0 || u.foreign < mostUnread*u.all {
		name, _ = script.Most(text)
	}
	if name = writtenIn(name); name == script.Latin {
		return ""
	}
	return name
}

// notRead reports whether there is much more on a line than its text says. Leaders, and blanks to be filled
// in, may be of any length.
func notRead(l document.Line) bool {
	return l.Confidence == nil || *l.Confidence < guessed || l.Missed >= muchMissed && !filler.MatchString(l.Text)
}

var filler = regexp.MustCompile(`…|__|--|——|==|\*\*`)

// characters counts the characters of a text except blanks; those of scripts with square characters count
// twice.
func characters(text string) float64 {
	n := 0
	for _, r := range text {
		switch {
		case prose.IsCJK(r):
			n += 2
		case !unicode.IsSpace(r):
			n++
		}
	}
	return float64(n)
}

// isNoise reports whether lines are parts of a picture that look like letters: half of them could not be
// read, and the others say next to nothing. So is a single line of one or two dots: a speck, or the end of a
// dotted rule.
func isNoise(lines []document.Line) bool {
	const word = 4 // characters
	if len(lines) == 1 && (lines[0].Text == "." || lines[0].Text == "..") {
		return true
	}
	unread, read := 0, 0.0
	for _, l := range lines {
		if l.Text == "" {
			unread++
		}
		read += characters(l.Text)
	}
	return len(lines) > 0 && 2*unread >= len(lines) && read < word
}
