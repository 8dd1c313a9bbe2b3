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

// Lines that the PDF says are in a script that the built-in recognizer does not know are read by a recognizer
// that does, all lines of a page at once: to start Tesseract takes as long as to read two lines.

// claimed is what a PDF says of the lines of a page.
type claimed struct {
	claims  []string
	scripts []string // where there is a way to read them; empty for others
}

// claimedOf returns what a PDF says of lines; nothing where no other scripts can be read.
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

// most is the script of half of the lines or more, by width; empty for the usual ones.
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

// confirm reads a sample of the lines if most are said to be in another script. If the sample confirms that,
// confirm returns the lines with that reading and the script, which is the page's; the page is upright then,
// whatever its words were drawn by. Otherwise the name is empty.
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

// readClaimed reads lines as the scripts that they are said to be in, and keeps the readings that confirm the
// PDF's words. The other lines stay unread, to be read as if the PDF said nothing.
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

// surelyLatin is the confidence from which the usual recognizer is right about a line that is said to be in a
// script whose letters it does not know: in 14 such lines its confidence was .86 at most, in 19 Latin lines,
// which Tesseract read as Cyrillic by up to .87, it was .95 at least.
const surelyLatin = 0.9

// withoutLatin discards readings in scripts that share letter forms with Latin where the line turns out to be
// Latin.
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

// withoutDoubts discards readings in scripts other than the usual ones that do not confirm what the PDF says.
// These lines are then not done.
func (e *Engine) withoutDoubts(lines []document.Line, done []bool, claims []string) {
	for i := range lines {
		if l := &lines[i]; l.Script != "" && l.Source == "" && !e.proofread().Confirmed(*l, claims[i]) {
			forget(l)
			done[i] = false
		}
	}
}

// readHinted reads lines as the script that their Script names. Lines that turn out otherwise come back
// without Script, unchanged. So do all lines if the reading fails: they are read again with their region,
// which reports why.
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

// forget discards what was read of a line.
func forget(l *document.Line) {
	l.Text, l.Confidence, l.Script, l.Missed, l.Marks = "", nil, "", 0, nil
}

// take replaces a line's text by its reading as a script.
func take(l *document.Line, got document.Line, name string) {
	l.Text, l.Confidence, l.Script, l.Missed, l.Marks = got.Text, got.Confidence, writtenIn(name), 0, got.Marks
}
