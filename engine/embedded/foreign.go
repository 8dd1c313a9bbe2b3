package embedded

import (
	"cmp"
	"context"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
)

// Lines in scripts that the built-in model does not know are read by other recognizers.
const (
	sampleForeign = 3   // lines whose reading tells the script and language of a text
	surelyForeign = .85 // confidence of the sample from which no other way is tried
	likelyForeign = .6  // least confidence from which the sample is in the script that was tried
	acceptForeign = .5  // confidence from which the reading of a line is taken
	mixedLetters  = 3   // letters of the script, in a line of which the built-in model missed much
)

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
