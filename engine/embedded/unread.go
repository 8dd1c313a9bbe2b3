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

// The reader writes nothing, or a few dots and digits, for letters of scripts that it
// does not know, and can be sure of them.
const (
	judgeable  = 5.0 // heights of a line, from which it is judged for itself
	muchMissed = 0.3 // of what is written on a line; a circle or an icon before a few words is less
	guessed    = 0.6 // confidence below which long lines are no reading
	mostUnread = 0.5 // of a region's lines, by length, that may be like that
	unreadSure = 0.5 // confidence at most of a region that is
	tooSmall   = 10  // pixels of a line's height below which nothing can be said of its script
)

// unread is how long the lines of a region are, all together and those of which too
// little was read: in another script, by its name, or illegible, blurred or too small.
type unread struct {
	all, foreign, illegible float64
	scripts                 map[string]float64 // of foreign
}

// unreadOf measures the lines of a region. claims are what the PDF says of them; a line
// that says the same is read.
func unreadOf(src pixels.Raster, region document.Region, lines []document.Line, claims []string) unread {
	u := unread{scripts: map[string]float64{}}
	if region.Type == document.RegionImage || region.Type == document.RegionTable || region.Label == "figure" {
		return u
	}
	for i, l := range lines {
		w, h := pixels.QuadSize(l.Quad)
		w, h = max(w, h), min(w, h)
		u.all += w
		if w < judgeable*h || l.Confidence == nil && l.Text != "" { // the PDF says it
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

// problem says that most of the lines hold more than was read there; nil where they do
// not. readable are the scripts that can be read.
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

// script names the script of the lines, where most were not read, or of most letters of
// their text; empty for Latin and where nothing tells.
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

// notRead reports whether a line holds much more than its text says. Leaders, and blanks
// to be filled in, are as long as they like.
func notRead(l document.Line) bool {
	return l.Confidence == nil || *l.Confidence < guessed || l.Missed >= muchMissed && !filler.MatchString(l.Text)
}

var filler = regexp.MustCompile(`…|__|--|——|==|\*\*`)

// characters counts what is written in a text, those of scripts with square characters
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

// isNoise reports whether lines are parts of a picture that look like letters: half of
// them could not be read, and the others say next to nothing; or a speck, or the end of a
// dotted ruling, of which a dot or two were read.
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
