package embedded

import (
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/script"
)

// Telling the script of lines.
const (
	foreignLetters = .6 // share of a line's letters that must be of the script
	likeLetters    = 8  // letters of a partly known script from which the line is in it
)

// unknown stands for a script that could not be told.
const unknown = "?"

// scriptsOf returns the script of each line, as [scriptOf] does, and the one of most of them. Blurred lines,
// and those that confirm what the PDF says of them, have none. If no other line has a script and most of the
// text is hardly read, short lines are unknown too.
func (e *Engine) scriptsOf(src pixels.Raster, lines []document.Line, claims []string) (scripts []string, main string) {
	scripts = make([]string, len(lines))
	widths := map[string]float64{}
	all, short := 0.0, 0.0
	for i, l := range lines {
		w, h := pixels.QuadSize(l.Quad)
		w, h = max(w, h), min(w, h)
		all += w
		scripts[i] = scriptOf(l, claims[i])
		if scripts[i] == unknown && src.Blurred(l.BBox, h) || scripts[i] != "" && e.proofread().Confirmed(l, claims[i]) {
			scripts[i] = ""
		}
		if scripts[i] != "" {
			widths[scripts[i]] += w
		} else if hardlyRead(l, claims[i]) {
			short += w
		}
	}
	if len(widths) == 0 && short >= mostUnread*all {
		for i, l := range lines {
			if hardlyRead(l, claims[i]) {
				scripts[i] = unknown
				widths[unknown] = short
			}
		}
	}
	if main = mostOf(widths); main == "" && widths[unknown] > 0 {
		main = unknown
	}
	return scripts, main
}

// hardlyRead reports whether little was read of a line that has two letters or more.
func hardlyRead(l document.Line, claim string) bool {
	w, h := pixels.QuadSize(l.Quad)
	return claim == "" && max(w, h) > 1.5*min(w, h) && notRead(l)
}

// scriptOf returns the script of a line if the built-in model does not know it: empty for other lines,
// [unknown] where too little was read.
func scriptOf(l document.Line, claim string) string {
	if name, n := script.Most(claim); n >= proofread.AgreeMin && !builtIn(name) {
		return name
	}
	if name, n := script.Most(l.Text); n >= likeLetters && !builtIn(name) {
		return name
	}
	if script.Vietnamese(l.Text) || script.Vietnamese(claim) {
		return script.Viet
	}
	w, h := pixels.QuadSize(l.Quad)
	if w, h = max(w, h), min(w, h); claim == "" && w >= judgeable*h && notRead(l) {
		return unknown
	}
	return ""
}

// builtIn reports whether the built-in model reads all letters of a script.
func builtIn(name string) bool {
	return slices.Contains([]string{script.Latin, script.Han, script.Hiragana, script.Katakana}, name)
}

// mayBe reports whether a line without a certain script may be in the script of the lines around it: it was
// read badly, partly, or as letters that look alike.
func mayBe(l document.Line, claim, name string) bool {
	return claim == "" && (name == script.Viet || l.Confidence == nil || *l.Confidence < proofread.SurelyRead || l.Missed > 0 || script.LooksLike(l.Text, name))
}

// mostOf returns the known script with the greatest width; empty when there is none.
func mostOf(widths map[string]float64) (most string) {
	for name, w := range widths {
		if name != unknown && (most == "" || w > widths[most] || w == widths[most] && name < most) {
			most = name
		}
	}
	return most
}

// mainOf is the script with the greatest width if that is half of all; empty otherwise.
func mainOf(widths map[string]float64, all float64) string {
	if main := mostOf(widths); 2*widths[main] >= all {
		return main
	}
	return ""
}

// inScript reports whether most letters of a text are of a script.
func inScript(text, name string) bool {
	letters := strings.IndexFunc(text, unicode.IsLetter) >= 0
	return letters && float64(lettersOf(text, name)) >= foreignLetters*float64(lettersOf(text, ""))
}

// lettersOf counts the letters of a script in a text, or all letters if name is empty.
func lettersOf(text, name string) (n int) {
	for _, r := range text {
		if s := script.Of(r); unicode.IsLetter(r) && s != "" && (name == "" || s == writtenIn(name)) {
			n++
		}
	}
	return n
}

// writtenIn is the Unicode name of the script that is written in a text of name.
func writtenIn(name string) string {
	if name == script.Viet {
		return script.Latin
	}
	return name
}
