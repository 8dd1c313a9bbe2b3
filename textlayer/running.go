package textlayer

// running reports whether the lines are running text: long, and hardly any side by side except in columns.
func (p *page) running() bool {
	const short = 12 // ems
	var beside, long int
	for i, ln := range p.lines {
		if ln.ruled() {
			return false
		}
		_, y0, _, y1 := ln.extent()
		wide := float64(ln.place.BBox[2]-ln.place.BBox[0]) >= short*ln.size
		if wide {
			long++
			continue
		}
		for _, o := range p.lines[max(0, i-8):min(len(p.lines), i+9)] {
			_, v0, _, v1 := o.extent()
			if o != ln && min(y1, v1)-max(y0, v0) > .5*min(y1-y0, v1-v0) {
				beside++
				break
			}
		}
	}
	return beside < 4 && 4*beside <= long && !p.headed()
}

// headed reports whether a line is a heading that only its font tells: short, in another font than most of the page
// but hardly larger, so that its height gives nothing away. Running heads do not count.
func (p *page) headed() bool {
	const margin, short, larger = 0.08, 0.6, 1.2
	fonts := map[int]int{}
	var widest, size float64
	for _, ln := range p.lines {
		for _, c := range ln.glyphs {
			fonts[c.Font]++
		}
		if x0, _, x1, _ := ln.extent(); x1-x0 > widest {
			widest, size = x1-x0, ln.size
		}
	}
	body := mostIn(fonts)
	for _, ln := range p.lines {
		x0, y0, x1, y1 := ln.extent()
		inBody := y0 > margin*float64(p.height) && y1 < (1-margin)*float64(p.height)
		if own := map[int]int{}; inBody && x1-x0 < short*widest && ln.size < larger*size && len(ln.glyphs) > 2 {
			for _, c := range ln.glyphs {
				own[c.Font]++
			}
			if mostIn(own) != body {
				return true
			}
		}
	}
	return false
}

// mostIn is the key with the highest count, the lowest one of several.
func mostIn(counts map[int]int) int {
	best := -1
	for key, n := range counts {
		if best < 0 || n > counts[best] || n == counts[best] && key < best {
			best = key
		}
	}
	return best
}

// ruled reports whether a line contains a rule made of characters, as blanks to be filled in are.
func (ln *line) ruled() bool {
	const least = 4
	run := 0
	for i, c := range ln.glyphs {
		switch {
		case c.Text != "_" && c.Text != "-" && c.Text != "." && c.Text != "=" && c.Text != "|" && c.Text != "—":
			run = 0
		case i > 0 && ln.glyphs[i-1].Text == c.Text:
			run++
		default:
			run = 1
		}
		if run >= least {
			return true
		}
	}
	return false
}
