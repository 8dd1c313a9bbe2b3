package embedded

import (
	"context"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/script"
)

// Lines that a PDF says to be in a script that the built-in recognizer does not know are read by those who do at
// once, all of a page together: to start Tesseract takes as long as to read two lines.

// claimed is what a PDF says of the lines of a page.
type claimed struct {
	claims  []string
	scripts []string // of those that somebody reads in a way of its own; empty for others
}

// claimedOf tells it; nothing where nobody reads other scripts.
func (e *Engine) claimedOf(lines []document.Line, words []document.Word) claimed {
	c := claimed{scripts: make([]string, len(lines))}
	if len(e.ways) == 0 {
		return c
	}
	words, _ = checks(words)
	c.claims = proofread.Claims(lines, words)
	for i, claim := range c.claims {
		if name, n := script.Most(claim); n >= proofread.AgreeMin && !builtIn(name) && len(e.ways[name]) > 0 {
			c.scripts[i] = name
		}
	}
	return c
}

// most is the script of most of the lines, by their width; empty for the usual ones.
func (c claimed) most(lines []document.Line) string {
	all, widths := 0.0, map[string]float64{}
	for i, l := range lines {
		w, h := pixels.QuadSize(l.Quad)
		all += max(w, h)
		if c.scripts[i] != "" {
			widths[c.scripts[i]] += max(w, h)
		}
	}
	return mainOf(widths, all)
}

// confirm reads a sample of lines of which most are said to be in another script. Where the sample confirms that, it
// is the page's, which then stands upright, whatever draws those words; it comes with the lines that were read.
// Otherwise it is empty.
func (e *Engine) confirm(ctx context.Context, src pixels.Raster, lines []document.Line, words []document.Word) (read []document.Line, name string, err error) {
	said := e.claimedOf(lines, words)
	if name = said.most(lines); name == "" || prose.MostlyTall(lines) {
		return lines, "", nil
	}
	var part []document.Line
	var index []int
	for i, l := range lines {
		if said.scripts[i] == name {
			part, index = append(part, l), append(index, i)
		}
	}
	sample := mediumLines(part)
	only := claimed{said.claims, make([]string, len(lines))}
	for _, j := range sample {
		only.scripts[index[j]] = name
	}
	if read, err = e.readClaimed(ctx, src, lines, only); err != nil {
		return nil, "", err
	}
	confirmed := 0
	for i := range read {
		if read[i].Script == name {
			confirmed++
		}
	}
	if 3*confirmed < 2*len(sample) {
		return lines, "", nil
	}
	return read, name, nil
}

// readClaimed reads lines by the scripts that they are said to be in, and keeps what confirms what is said. The others
// are read as if nothing was said.
func (e *Engine) readClaimed(ctx context.Context, src pixels.Raster, lines []document.Line, said claimed) ([]document.Line, error) {
	if !slices.ContainsFunc(said.scripts, func(name string) bool { return name != "" }) {
		return lines, nil
	}
	hinted := slices.Clone(lines)
	for i, name := range said.scripts {
		l := &hinted[i]
		if l.Script != "" || name != "" && e.proofread().Confirmed(*l, said.claims[i]) {
			name = ""
		}
		l.Script = name
	}
	read, err := e.readHinted(ctx, src, hinted)
	for i := range read {
		if read[i].Script == "" || !e.proofread().Confirmed(read[i], said.claims[i]) {
			read[i] = lines[i]
		}
	}
	return read, err
}

// surelyLatin is the confidence from which the usual recognizer is right about what it reads in lines that are
// said to be in a script of which it does not know the letters: of 14 such lines it was sure by .86 at most, of 19 Latin
// ones, which Tesseract read as Cyrillic by up to .87, by .95 at least.
const surelyLatin = 0.9

// withoutLatin takes back what was read in scripts that share forms of letters with Latin, where that is what is seen.
func (e *Engine) withoutLatin(ctx context.Context, src pixels.Raster, lines []document.Line) error {
	var doubted []document.Line
	var index []int
	for i, l := range lines {
		if script.SharesForms(l.Script) {
			doubted, index = append(doubted, document.Line{Quad: l.Quad, Spine: l.Spine, BBox: l.BBox}), append(index, i)
		}
	}
	if len(doubted) == 0 {
		return nil
	}
	seen, err := e.models.Skim(ctx, src, doubted)
	if seen == nil && err == nil {
		seen, err = e.models.Read(ctx, src, doubted)
	}
	for j, l := range seen {
		if l.Confidence != nil && *l.Confidence >= surelyLatin {
			forget(&lines[index[j]])
		}
	}
	return err
}

// withoutDoubts takes back what was read of lines in another script than the usual ones that does not confirm what the PDF says,
// which is not done then.
func (e *Engine) withoutDoubts(lines []document.Line, done []bool, claims []string) {
	for i := range lines {
		if l := &lines[i]; l.Script != "" && l.Source == "" && !e.proofread().Confirmed(*l, claims[i]) {
			forget(l)
			done[i] = false
		}
	}
}

// readHinted reads the lines whose Script says which one they may be in, by who knows it. Those that do not read so
// come without Script, as they were. So do all where reading fails: they are read again where their region is,
// which says why.
func (e *Engine) readHinted(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	lines = slices.Clone(lines)
	byScript := map[string][]int{}
	for i := range lines {
		if name := lines[i].Script; name != "" {
			lines[i].Script = ""
			if len(e.ways[name]) > 0 {
				byScript[name] = append(byScript[name], i)
			}
		}
	}
	for name, index := range byScript {
		part := make([]document.Line, len(index))
		for j, i := range index {
			part[j] = lines[i]
		}
		best, err := e.bestOf(ctx, src, part, name)
		var read []document.Line
		if err == nil {
			read, err = best.alone(ctx, src, part)
		}
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		for j, got := range read {
			if got.Confidence != nil && *got.Confidence >= acceptForeign && inScript(got.Text, name) {
				take(&lines[index[j]], got, name)
			}
		}
	}
	return lines, nil
}

// bestOf is the way to read lines of a script, of which there is one at least.
func (e *Engine) bestOf(ctx context.Context, src pixels.Raster, lines []document.Line, name string) (best *way, err error) {
	if best = &e.ways[name][0]; len(e.ways[name]) > 1 {
		best, _, err = e.bestWay(ctx, src, longest(lines), name)
	}
	return best, err
}

// forget takes back what was read of a line.
func forget(l *document.Line) {
	l.Text, l.Confidence, l.Script, l.Missed, l.Marks = "", nil, "", 0, nil
}

// take gives a line what was read of it in the way of a script.
func take(l *document.Line, got document.Line, name string) {
	l.Text, l.Confidence, l.Script, l.Missed, l.Marks = got.Text, got.Confidence, writtenIn(name), 0, got.Marks
}

// readBest reads lines of a script in the language that reads them best.
func (e *Engine) readBest(ctx context.Context, src pixels.Raster, lines []document.Line, name string) ([]document.Line, error) {
	if len(e.ways[name]) == 0 || len(lines) == 0 {
		return make([]document.Line, len(lines)), nil
	}
	best, err := e.bestOf(ctx, src, lines, name)
	if err != nil {
		return nil, err
	}
	return best.readAll(ctx, src, lines)
}

// readAll reads lines, of which each gets the surer reading.
func (w *way) readAll(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	read, err := w.alone(ctx, src, lines)
	if err != nil || w.mixed == nil {
		return read, err
	}
	var index []int
	var unsure []document.Line
	for i, l := range read {
		if l.Confidence != nil && *l.Confidence < proofread.SurelyRead {
			index, unsure = append(index, i), append(unsure, lines[i])
		}
	}
	if len(unsure) == 0 {
		return read, nil
	}
	if unsure, err = w.mixed(ctx, src, unsure); err != nil {
		return nil, err
	}
	for j, i := range index {
		if l := unsure[j]; l.Confidence != nil && *l.Confidence > *read[i].Confidence {
			read[i] = l
		}
	}
	return read, nil
}
