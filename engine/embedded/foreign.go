package embedded

import (
	"cmp"
	"context"
	"image"
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/script"
)

// Lines in scripts that the built-in model does not know are read by other recognizers.
const (
	sampleForeign  = 3   // lines whose reading tells the script and language of a text
	surelyForeign  = .85 // confidence of the sample from which no other way is tried
	likelyForeign  = .6  // least confidence from which the sample is in the script that was tried
	acceptForeign  = .5  // confidence from which the reading of a line is taken
	foreignLetters = .6  // share of a line's letters that must be of the script
	likeLetters    = 8   // letters of a partly known script from which the line is in it
	maxLanguages   = 4   // tried per script
	mixedLetters   = 3   // letters of the script, in a line of which the built-in model missed much
)

// reading reads lines of an image, as the built-in recognizer does.
type reading func(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error)

// way is a way to read one script: alone, and, for lines where that is unsure, mixed with English words,
// names and addresses.
type way struct{ alone, mixed reading }

// unknown stands for a script that could not be told.
const unknown = "?"

// hints are what is known of lines apart from their reading and their claims.
type hints struct {
	script   string // of the page, or empty
	hasWords bool   // the PDF has words: lines without a claim can only be in script, if there is one
	picture  bool   // the lines are in a picture, where what looks like letters may be none
}

// readForeign reads again, in other ways, the lines in scripts that the built-in model does not know. It finds
// them by what the PDF says, by what was read and by how little was read.
func (e *Engine) readForeign(ctx context.Context, src pixels.Raster, lines []document.Line, claims []string, known hints) ([]document.Line, error) {
	if len(e.ways) == 0 {
		return lines, nil
	}
	if builtIn(known.script) {
		known.script = ""
	}
	scripts, main := e.scriptsOf(src, lines, claims)
	if known.script == "" && known.picture && main == unknown {
		return lines, nil
	}
	if main == "" {
		main = known.script
	}
	if slices.Contains(scripts, unknown) {
		likely := main
		if likely == unknown {
			likely = known.script
		}
		names := e.likelyFirst(likely)
		if known.script != "" && known.hasWords {
			names = []string{known.script}
		}
		found, err := e.tryScripts(ctx, src, linesOf(lines, scripts, unknown), names)
		if err != nil {
			return nil, err
		}
		if main == unknown {
			main = found
		}
	}
	for i, l := range lines {
		if scripts[i] == unknown || scripts[i] == "" && main != "" && mayBe(l, claims[i], main) {
			scripts[i] = main
		}
	}
	for i, l := range lines {
		if l.Script != "" || l.Source == document.SourcePDF { // read, or known
			scripts[i] = ""
		}
	}
	lines = slices.Clone(lines)
	for _, name := range slices.Compact(slices.Sorted(slices.Values(scripts))) {
		if err := e.readScript(ctx, src, lines, scripts, name); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// pageScript tells the script of a page by a sample of its lines, as they were read; empty if the built-in
// model reads most of them, or no other reader can.
func (e *Engine) pageScript(ctx context.Context, src pixels.Raster, sample []document.Line, words []document.Word) (string, error) {
	if len(e.ways) == 0 {
		return "", nil
	}
	words, _ = checks(words)
	scripts, main := e.scriptsOf(src, sample, proofread.Claims(sample, words))
	doubted := 0
	for _, name := range scripts {
		if name != "" {
			doubted++
		}
	}
	if 2*doubted < len(sample) {
		return "", nil
	}
	if main != unknown {
		return main, nil
	}
	return e.tryScripts(ctx, src, linesOf(sample, scripts, unknown), e.scripts)
}

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

// linesOf returns the longest lines of a script.
func linesOf(lines []document.Line, scripts []string, name string) []document.Line {
	var found []document.Line
	for i, l := range lines {
		if scripts[i] == name {
			found = append(found, l)
		}
	}
	return longest(found)
}

// longest returns the longest lines, as a sample.
func longest(lines []document.Line) []document.Line {
	length := func(l document.Line) float64 { w, h := pixels.QuadSize(l.Quad); return max(w, h) }
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b document.Line) int { return cmp.Compare(length(b), length(a)) })
	return lines[:min(len(lines), sampleForeign)]
}

// likelyFirst returns the names of all scripts, the likely one first.
func (e *Engine) likelyFirst(likely string) []string {
	names := slices.Clone(e.scripts)
	slices.SortStableFunc(names, func(a, b string) int {
		switch {
		case a == likely:
			return -1
		case b == likely:
			return 1
		}
		return 0
	})
	return names
}

// tryScripts finds the script of a sample of lines by reading it as each; empty if none fits. The scripts of
// other documents have no influence: the same page always gets the same answer.
func (e *Engine) tryScripts(ctx context.Context, src pixels.Raster, sample []document.Line, names []string) (string, error) {
	best, score := "", likelyForeign
	for _, name := range names {
		_, s, err := e.bestWay(ctx, src, sample, name)
		if err != nil {
			return "", err
		}
		if s > score {
			best, score = name, s
		}
		if s > surelyForeign {
			break
		}
	}
	return best, nil
}

// bestWay returns the way to read a script whose language reads a sample best, nil when there is none, and
// how well: the mean confidence, 0 where the text is not in the script.
func (e *Engine) bestWay(ctx context.Context, src pixels.Raster, sample []document.Line, name string) (*way, float64, error) {
	var best *way
	score := -1.
	for i := range e.ways[name] {
		w := &e.ways[name][i]
		read, err := w.alone(ctx, src, sample)
		if err != nil {
			return nil, 0, err
		}
		if s := foreignScore(read, name); s > score {
			best, score = w, s
		}
	}
	return best, max(score, 0), nil
}

// foreignScore is the mean confidence of lines by their length; lines that are not in the script count as 0.
func foreignScore(lines []document.Line, name string) float64 {
	var sum, n float64
	if name == script.Viet && !script.Vietnamese(prose.OneLine(lines)) {
		return 0 // Latin, but not Vietnamese
	}
	for _, l := range lines {
		length := max(characters(l.Text), 1)
		n += length
		if l.Confidence != nil && inScript(l.Text, name) {
			sum += *l.Confidence * length
		}
	}
	return sum / max(n, 1)
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

// readScript reads the lines of one script in the best way, and keeps what reads well.
func (e *Engine) readScript(ctx context.Context, src pixels.Raster, lines []document.Line, scripts []string, name string) error {
	var index []int
	var part []document.Line
	for i, l := range lines {
		if scripts[i] == name {
			index, part = append(index, i), append(part, l)
		}
	}
	read, err := e.readBest(ctx, src, part, name)
	if err != nil {
		return err
	}
	for j, i := range index {
		l, got := &lines[i], read[j]
		if got.Confidence == nil || *got.Confidence < acceptForeign {
			continue
		}
		surer := l.Confidence == nil || *got.Confidence > *l.Confidence
		if inScript(got.Text, name) || surer && characters(got.Text) >= characters(l.Text) || l.Missed >= muchMissed && lettersOf(got.Text, name) >= mixedLetters {
			take(l, got, name)
		}
	}
	return nil
}

// writtenIn is the Unicode name of the script that is written in a text of name.
func writtenIn(name string) string {
	if name == script.Viet {
		return script.Latin
	}
	return name
}

// findWays collects the ways to read each script.
func (e *Engine) findWays() {
	e.ways = map[string][]way{}
	for i, r := range e.recognizers {
		for _, name := range e.cfg.Recognizers[i].Scripts {
			e.ways[name] = append(e.ways[name], way{alone: r.Read})
		}
	}
	if e.tesseract != nil {
		for _, name := range e.tesseract.Scripts() {
			languages := e.tesseract.Languages(name)
			for _, language := range languages[:min(len(languages), maxLanguages)] {
				w := way{alone: e.readBy(language)}
				if mixed := e.tesseract.WithEnglish(language); mixed != language {
					w.mixed = e.readBy(mixed)
				}
				e.ways[name] = append(e.ways[name], w)
			}
		}
	}
	for name := range e.ways {
		e.scripts = append(e.scripts, name)
	}
	slices.Sort(e.scripts)
}

// micro replaces the micro sign, which Tesseract writes in Greek words, by the letter μ.
var micro = strings.NewReplacer("µ", "μ")

// readBy returns the reading of lines by Tesseract in a language.
func (e *Engine) readBy(language string) reading {
	return func(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
		lines = slices.Clone(lines)
		images := make([]*image.Gray, len(lines))
		for i, l := range lines {
			images[i] = pixels.Straight(src, l)
		}
		readings, err := e.tesseract.Read(ctx, language, images)
		if err != nil {
			if ctx.Err() == nil {
				err = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "reading text lines by Tesseract failed; the server's log has the reason").Because(err)
			}
			return nil, err
		}
		for i, r := range readings {
			lines[i].Text, lines[i].Confidence = strings.TrimSpace(prose.ShortLeaders(micro.Replace(r.Text))), nil
			if r.Text != "" {
				lines[i].Confidence = &r.Confidence
				lines[i].Marks = marksOf(r.Words, images[i].Rect.Dx())
			}
		}
		return lines, nil
	}
}
