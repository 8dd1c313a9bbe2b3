package embedded

import (
	"strings"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// The reader writes nothing, or a few dots and digits, for letters of scripts that it
// does not know, and can be sure of them.
const (
	judgeable  = 5.0 // heights of a line, from which its length says how much it holds
	leastDense = 0.7 // characters to a height; prose comes to 2, spaced capitals to .8
	guessed    = 0.6 // confidence below which long lines are no reading
	mostUnread = 0.5 // of a region's lines, by length, that may be like that
	unreadSure = 0.5 // confidence at most of a region that is
)

// scriptUnsupported says that most of the lines, by length, hold much more than was
// read there; nil where they do not. What the PDF says of a line counts as read.
func scriptUnsupported(src pixels.Raster, region document.Region, lines []document.Line) *document.Problem {
	if region.Type == document.RegionImage || region.Type == document.RegionTable || region.Label == "figure" {
		return nil
	}
	var all, unread float64
	for _, l := range lines {
		w, h := pixels.QuadSize(l.Quad)
		w, h = max(w, h), min(w, h)
		all += w
		if w >= judgeable*h && notRead(src, l, h) {
			unread += w
		}
	}
	if all == 0 || unread < mostUnread*all {
		return nil
	}
	return document.Problemf(document.CodeScriptUnsupported, document.PhaseRecognize,
		"most of this text could not be read: it is in a script that the embedded engine does not know, such as Cyrillic, Greek, Arabic, Hebrew, Thai or Hangul, or it is no text; the vllm engine reads more scripts")
}

// notRead reports whether a line of height h holds much more than its text says.
func notRead(src pixels.Raster, l document.Line, h float64) bool {
	if l.Confidence != nil && *l.Confidence < guessed {
		return true
	}
	if l.Confidence == nil && l.Text != "" { // the PDF says it
		return false
	}
	return characters(l.Text) < leastDense*src.Inked(l.BBox, h)/h
}

// characters counts what is written in a text, those of scripts with square characters
// twice. Leaders, and blanks to be filled in, are as long as they like.
func characters(text string) float64 {
	for _, filler := range []string{"…", "__", "--", "——", "==", "**"} {
		if strings.Contains(text, filler) {
			return 1e6
		}
	}
	n := 0
	for _, r := range text {
		switch {
		case isCJK(r):
			n += 2
		case !unicode.IsSpace(r):
			n++
		}
	}
	return float64(n)
}

// isNoise reports whether lines are parts of a picture that look like letters: half of
// them could not be read, and the others say next to nothing.
func isNoise(lines []document.Line) bool {
	const word = 4 // characters
	unread, read := 0, 0.0
	for _, l := range lines {
		if l.Text == "" {
			unread++
		}
		read += characters(l.Text)
	}
	return len(lines) > 0 && 2*unread >= len(lines) && read < word
}
