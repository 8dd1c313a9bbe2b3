package textlayer

import (
	"slices"

	"ocr-gateway/document"
)

// Leaders may begin at the left edge, with words set over them: "A.n.g.o.l.a.....". Lengths are shares of a
// font's height.
const (
	leaderDots  = 8    // in a leader, at least
	leaderPitch = 0.8  // from one dot to the next, at most
	leaderEven  = 0.15 // share of the pitch by which a step may differ
)

// withoutUnderlay removes leaders with other glyphs set over them from a row, which is ordered from the left,
// and returns where their dots were.
func withoutUnderlay(row []*document.Character) (rest []*document.Character, under []float32) {
	gone := map[*document.Character]bool{}
	for _, dots := range leaders(row) {
		left, right := dots[0].X0, dots[len(dots)-1].X1
		if slices.ContainsFunc(row, func(c *document.Character) bool {
			return !isDot(c) && !isBlank(c) && c.X0+c.X1 > 2*left && c.X0+c.X1 < 2*right
		}) {
			for _, dot := range dots {
				gone[dot], under = true, append(under, dot.X0)
			}
		}
	}
	if len(gone) == 0 {
		return row, nil
	}
	return slices.DeleteFunc(slices.Clone(row), func(c *document.Character) bool { return gone[c] }), under
}

func isDot(c *document.Character) bool { return c.Text == "." || c.Text == "·" }

// leaders returns the runs of equal dots at equal steps, without any full stops among them.
func leaders(row []*document.Character) (runs [][]*document.Character) {
	var run []*document.Character
	end := func() {
		if len(run) >= leaderDots {
			runs = append(runs, run)
		}
		run = nil
	}
	for _, c := range row {
		if !isDot(c) {
			continue
		}
		if n := len(run); n > 0 {
			last := run[n-1]
			step, most := c.X0-last.X0, leaderPitch*c.Size
			if n > 1 {
				pitch := last.X0 - run[n-2].X0
				most = pitch * (1 + leaderEven)
				if c.Glyph == last.Glyph && c.Font == last.Font && step < pitch*(1-leaderEven) {
					continue
				}
			}
			if c.Glyph != last.Glyph || c.Font != last.Font || step > most || step <= 0 {
				end()
			}
		}
		run = append(run, c)
	}
	end()
	return runs
}
