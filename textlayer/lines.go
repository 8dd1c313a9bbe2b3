package textlayer

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/textlayer/ink"
)

// Lengths here are shares of a font's height, its em.
const (
	sameBaseline = 0.12 // between the baselines of one line
	lineGap      = 1.0  // white that ends a line: about three spaces
	doubled      = 0.15 // between two copies of one glyph, painted twice to look bold
	ascent       = 0.6  // of a line above its baseline, at least
	descent      = 0.28 // below it, at least
	markAscent   = 1.0  // of a lone mark: the height of words in its font
	initial      = 1.8  // times the size of the letters beside it: from here on an initial
	smallestMark = 3.0  // times the size of a note's mark: the letters beside it are no larger
	longestMark  = 8    // glyphs of a note's mark
)

// page is a page's own text while it is judged.
type page struct {
	drawn         *document.Drawn
	scripts       scripts // that the reader reads in ways of their own
	width, height int
	lines         []*line // from the top
	rules         []document.BBox
	marked        document.Blocks // unexplained ink without rules
	asked         []*line         // lines and pieces that were read
}

// line is a row of glyphs close to each other.
type line struct {
	glyphs   []*document.Character // from the left, blanks left out
	blanks   []*document.Character
	baseline float64
	size     float64 // the largest
	uneven   bool    // has raised or lowered glyphs, glyphs of other sizes, or a leader under it
	seen     bool    // every glyph can be seen, and nothing else at its place
	sound    bool    // seen, and of a kind that can be believed
	read     bool
	scripts  scripts
	way      string // the script as which it is read; empty for the usual way
	form     bool   // read by a model that may write formMarks
	place    document.Line
	whole    *line // the line of which this is a piece, from glyph at on; nil for a whole line
	at       int
	heard    []hearing // of each glyph, where pieces of the line were read; else nil
	least    float64   // lowest confidence among the glyphs told
	joined   bool      // taken as read, with the PDF's text: each glyph is proven or told
}

// newPage arranges the visible glyphs in lines.
func newPage(drawn *document.Drawn, scripts scripts, width, height int) *page {
	p := &page{drawn: drawn, scripts: scripts, width: width, height: height}
	p.marked, p.rules = ink.WithoutRules(drawn.Strange)
	for _, row := range baselines(visible(drawn.Characters)) {
		rest, under := withoutUnderlay(row)
		lines := cutRow(rest)
		for _, ln := range lines {
			ln.uneven = ln.uneven || ln.holds(under)
		}
		p.lines = append(p.lines, lines...)
	}
	p.joinUneven()
	for _, ln := range p.lines {
		p.settle(ln)
	}
	slices.SortStableFunc(p.lines, func(a, b *line) int {
		return cmp.Or(cmp.Compare(a.baseline, b.baseline), cmp.Compare(a.glyphs[0].X0, b.glyphs[0].X0))
	})
	return p
}

// visible returns the characters that stand upright and leave any ink, and the blanks.
func visible(all []document.Character) []*document.Character {
	var kept []*document.Character
	for i := range all {
		c := &all[i]
		if c.Upright && c.Size >= smallest && finite(c) && (isBlank(c) || c.Contrast >= faint) {
			kept = append(kept, c)
		}
	}
	return kept
}

func finite(c *document.Character) bool {
	const far = 1 << 20 // pixels: no page is as large
	for _, v := range []float32{c.X0, c.X1, c.Baseline, c.Size} {
		if !(v > -far && v < far) { // nor NaN
			return false
		}
	}
	return true
}

// baselines groups characters by baseline, each group from the left.
func baselines(all []*document.Character) [][]*document.Character {
	slices.SortStableFunc(all, func(a, b *document.Character) int { return cmp.Compare(a.Baseline, b.Baseline) })
	var rows [][]*document.Character
	for _, c := range all {
		n := len(rows)
		if n > 0 && float64(c.Baseline-rows[n-1][0].Baseline) <= sameBaseline*float64(min(c.Size, rows[n-1][0].Size)) {
			rows[n-1] = append(rows[n-1], c)
			continue
		}
		rows = append(rows, []*document.Character{c})
	}
	for _, row := range rows {
		slices.SortStableFunc(row, func(a, b *document.Character) int {
			return cmp.Or(cmp.Compare(a.X0, b.X0), cmp.Compare(a.X1, b.X1))
		})
	}
	return rows
}

// cutRow cuts a row into lines at wide gaps.
func cutRow(row []*document.Character) []*line {
	var lines []*line
	var ln *line
	var blanks []*document.Character // since the last glyph
	end := 0.0
	for _, c := range row {
		if isBlank(c) {
			blanks = append(blanks, c)
			continue
		}
		if ln != nil && paintedAgain(ln, c) {
			continue
		}
		if ln == nil || float64(c.X0)-end > lineGap*float64(max(c.Size, float32(ln.size)*.7)) || ln.beginsBeside(c) {
			ln = &line{}
			lines, blanks = append(lines, ln), nil
		}
		ln.add(c)
		ln.blanks, blanks = append(ln.blanks, blanks...), nil
		end = max(end, float64(c.X1))
		if len(ln.glyphs) == 1 {
			end = float64(c.X1)
		}
	}
	return lines
}

// beginsBeside reports whether the sizes of a glyph and the last one of the line differ so much that one of
// them is an initial.
func (ln *line) beginsBeside(c *document.Character) bool {
	last := ln.glyphs[len(ln.glyphs)-1].Size
	return max(last, c.Size) > initial*min(last, c.Size)
}

// holds reports whether one of the places lies in the line.
func (ln *line) holds(places []float32) bool {
	first, last := ln.glyphs[0].X0-1, ln.glyphs[len(ln.glyphs)-1].X1+1
	return slices.ContainsFunc(places, func(x float32) bool { return x > first && x < last })
}

func (ln *line) add(c *document.Character) {
	if ln.size > 0 && math.Abs(float64(c.Size)-ln.size) > .25*ln.size {
		ln.uneven = true
	}
	ln.glyphs = append(ln.glyphs, c)
	if float64(c.Size) > ln.size {
		ln.size, ln.baseline = float64(c.Size), float64(c.Baseline)
	}
}

// paintedAgain reports whether a glyph repeats one of the last few of the line.
func paintedAgain(ln *line, c *document.Character) bool {
	for _, d := range ln.glyphs[max(0, len(ln.glyphs)-4):] {
		if d.Font == c.Font && d.Glyph == c.Glyph && d.Text == c.Text && math.Abs(float64(d.X0-c.X0)) < doubled*float64(c.Size) {
			return true
		}
	}
	return false
}

// joinUneven joins lines that touch at different heights: letters with raised or lowered ones. Lines that lie
// over each other are left alone.
func (p *page) joinUneven() {
	const near, longest = 64, 256 // how many lines back, by baseline; glyphs of a joined line at most
	for i := range p.lines {
		for j := max(0, i-near); j < i; j++ {
			a, b := p.lines[j], p.lines[i]
			if a == nil || b == nil || len(a.glyphs)+len(b.glyphs) > longest || !a.touches(b) {
				continue
			}
			for _, c := range a.glyphs {
				b.add(c)
			}
			b.blanks = append(b.blanks, a.blanks...)
			b.uneven = true
			p.lines[j] = nil
		}
	}
	p.lines = slices.DeleteFunc(p.lines, func(ln *line) bool { return ln == nil })
	for _, ln := range p.lines {
		if ln.uneven {
			slices.SortStableFunc(ln.glyphs, fromLeft)
			slices.SortStableFunc(ln.blanks, fromLeft)
		}
	}
}

func fromLeft(a, b *document.Character) int { return cmp.Compare(a.X0, b.X0) }

// touches reports whether two lines at different heights share a row and follow each other closely. An
// initial beside several rows belongs to none of them; the mark of a note does.
func (ln *line) touches(o *line) bool {
	large, mark := ln, o
	if large.size < mark.size {
		large, mark = mark, large
	}
	if times := large.size / mark.size; times > initial && (times > smallestMark || len(mark.glyphs) > longestMark || len(large.glyphs) <= 2) {
		return false
	}
	if apart := math.Abs(ln.baseline - o.baseline); !ln.uneven && !o.uneven && apart > 1.1*max(ln.size, o.size) {
		return false
	}
	x0, y0, x1, y1 := ln.extent()
	u0, v0, u1, v1 := o.extent()
	small := min(ln.size, o.size)
	beside := max(u0-x1, x0-u1)
	return min(y1, v1)-max(y0, v0) > .4*small && beside < .5*small
}

// extent is the box of a line by the height of its letters.
func (ln *line) extent() (x0, y0, x1, y1 float64) {
	x0, x1 = math.Inf(1), math.Inf(-1)
	y0, y1 = math.Inf(1), math.Inf(-1)
	for _, c := range ln.glyphs {
		size, base := float64(c.Size), float64(c.Baseline)
		x0, x1 = min(x0, float64(c.X0)), max(x1, float64(c.X1))
		y0, y1 = min(y0, base-.7*size), max(y1, base+.2*size)
	}
	return x0, y0, x1, y1
}

// settle determines where a line is on the page and whether it can be believed at all.
func (p *page) settle(ln *line) {
	ln.scripts, ln.way = p.scripts, p.scripts.main(ln.glyphs)
	ln.place = p.place(ln)
	ln.seen = p.seen(ln)
	ln.sound = ln.seen && !ln.uneven && p.believable(ln)
}

// stacked reports whether glyphs of a line stand above each other, as a power above an index does: a formula,
// of which the line tells little.
func (ln *line) stacked() bool {
	if !ln.uneven {
		return false
	}
	const near = 4 // glyphs
	for i, a := range ln.glyphs {
		for _, b := range ln.glyphs[i+1 : min(i+1+near, len(ln.glyphs))] {
			within := min(a.X1, b.X1) - max(a.X0, b.X0)
			apart := max(a.Baseline-b.Baseline, b.Baseline-a.Baseline)
			if 2*within > min(a.X1-a.X0, b.X1-b.X0) && 2*apart > min(a.Size, b.Size) {
				return true
			}
		}
	}
	return false
}

// place returns the box in which a line is read.
func (p *page) place(ln *line) document.Line {
	// The white that line detectors leave around ink; see margin.
	const around, below = 1, 1.5 // pixels
	x0, x1 := math.Inf(1), math.Inf(-1)
	top, bottom := ln.baseline-ascent*ln.size, ln.baseline+descent*ln.size
	if ln.isMark() {
		top = ln.baseline - markAscent*ln.size
	}
	stacked := ln.stacked()
	for _, c := range ln.glyphs {
		x0, x1 = min(x0, float64(c.Ink[0])-around), max(x1, float64(c.Ink[2])+around)
		if stacked && math.Abs(float64(c.Baseline)-ln.baseline) > sameBaseline*ln.size {
			continue
		}
		top, bottom = min(top, float64(c.Ink[1])-around), max(bottom, float64(c.Ink[3])+below)
	}
	place := p.levelLine(x0, top, x1, bottom)
	place.Script = ln.way
	return place
}

// isMark reports whether a line is a lone mark, such as a bullet, whose ink does not tell the height of its
// line.
func (ln *line) isMark() bool {
	const most = 2 // glyphs
	return len(ln.glyphs) <= most && !slices.ContainsFunc(ln.glyphs, func(c *document.Character) bool {
		return strings.ContainsFunc(c.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	})
}

// levelLine returns a level line that fills a box, cut to the page.
func (p *page) levelLine(x0, y0, x1, y1 float64) document.Line {
	width, height := float64(p.width), float64(p.height)
	x0, y0 = min(max(x0, 0), width), min(max(y0, 0), height)
	x1, y1 = max(min(x1, width), x0), max(min(y1, height), y0)
	return document.Line{
		Quad: [4]document.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}},
		BBox: document.BBox{int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))},
	}
}

// worthwhile reports whether enough text is seen for judging it to save any reading.
func (p *page) worthwhile() bool {
	const least = 20 // characters
	all, seen := 0, 0
	for _, ln := range p.lines {
		all += len(ln.glyphs)
		if ln.sound {
			seen += len(ln.glyphs)
		}
	}
	return seen >= least && float64(seen) >= leastSound*float64(all)
}
