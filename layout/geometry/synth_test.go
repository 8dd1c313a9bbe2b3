package geometry_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"ocr-gateway/document"
)

// paper is a made-up page. Lines are added in the order in which a person would
// read them; Text carries their place in it.
type paper struct {
	rng   *rand.Rand
	w, h  int
	size  float64 // height of a line's box
	lines []document.Line
	boxes []document.Region
	rules [][4]float64 // x0, y0, x1, y1
	skew  float64      // radians

	dots bool    // rulings are of dots
	pale int     // line drawn in ink in place of black, if ink is set
	ink  uint8   // gray
	gap  float64 // between words, in sizes; 0 for the usual
}

func newPaper(rng *rand.Rand) *paper {
	return &paper{rng: rng, w: 1240, h: 1754, size: 24 + rng.Float64()*8}
}

// Find makes a paper the finder of its own page.
func (p *paper) Find(context.Context, *document.Page) ([]document.Line, []document.Region, error) {
	return p.lines, p.boxes, nil
}

// line adds a line of text whose box begins at x, y.
func (p *paper) line(x, y, width, size float64) {
	quad := [4]document.Point{{X: x, Y: y}, {X: x + width, Y: y}, {X: x + width, Y: y + size}, {X: x, Y: y + size}}
	p.lines = append(p.lines, document.Line{Quad: quad, Text: fmt.Sprint(len(p.lines))})
}

// column fills x0..x1 with paragraphs of n lines in all, from y down. It gives the
// height below.
func (p *paper) column(x0, x1, y float64, n int) float64 {
	pitch := p.size * (1.05 + 0.1*p.rng.Float64())
	left := 0
	for i := range n {
		first := left == 0
		if first {
			left = 3 + p.rng.IntN(7)
			if i > 0 && p.rng.IntN(2) == 0 {
				y += 0.6 * p.size
			}
		}
		left--
		x, width := x0, x1-x0
		if first && p.rng.IntN(2) == 0 {
			x += 1.2 * p.size
			width -= 1.2 * p.size
		}
		if left == 0 {
			width *= 0.3 + 0.6*p.rng.Float64()
		}
		p.line(x, y, width, p.size)
		y += pitch
	}
	return y
}

// title adds a large line across the page.
func (p *paper) title(y float64) float64 {
	size := p.size * 1.8
	width := float64(p.w) * (0.5 + 0.2*p.rng.Float64())
	p.line((float64(p.w)-width)/2, y, width, size)
	return y + 1.6*size
}

// worsen does what detectors and scanners do: boxes jitter, the page is skewed,
// lines are lost, and lines fall into two boxes at a wide space.
func (p *paper) worsen(lost, broken float64) {
	p.skew = (p.rng.Float64()*6 - 3) * math.Pi / 180
	var kept []document.Line
	for _, l := range p.lines {
		if p.rng.Float64() < lost {
			continue
		}
		if w := l.Quad[1].X - l.Quad[0].X; w > 8*p.size && p.rng.Float64() < broken {
			cut := l.Quad[0].X + w*(0.2+0.6*p.rng.Float64())
			a, b := l, l
			a.Quad[1].X, a.Quad[2].X = cut-0.2*p.size, cut-0.2*p.size
			b.Quad[0].X, b.Quad[3].X = cut+0.2*p.size, cut+0.2*p.size
			b.Text += "b" // the second half of the line
			kept = append(kept, a, b)
			continue
		}
		kept = append(kept, l)
	}
	p.lines = kept
	for i := range p.lines {
		for k := range p.lines[i].Quad {
			q := &p.lines[i].Quad[k]
			q.X += p.rng.NormFloat64() * 0.06 * p.size
			q.Y += p.rng.NormFloat64() * 0.04 * p.size
		}
	}
	p.turn()
}

// turn skews the page about its middle and sets the boxes of the lines.
func (p *paper) turn() {
	sin, cos := math.Sincos(p.skew)
	cx, cy := float64(p.w)/2, float64(p.h)/2
	for i := range p.lines {
		l := &p.lines[i]
		var b document.BBox
		for k := range l.Quad {
			x, y := l.Quad[k].X-cx, l.Quad[k].Y-cy
			l.Quad[k] = document.Point{X: cx + x*cos - y*sin, Y: cy + x*sin + y*cos}
			px, py := int(l.Quad[k].X), int(l.Quad[k].Y)
			if k == 0 {
				b = document.BBox{px, py, px + 1, py + 1}
			}
			b = document.BBox{min(b[0], px), min(b[1], py), max(b[2], px+1), max(b[3], py+1)}
		}
		l.BBox = b
	}
}

// shuffled changes the order of the lines, which detectors do not promise.
func (p *paper) shuffled() *paper {
	p.rng.Shuffle(len(p.lines), func(i, j int) { p.lines[i], p.lines[j] = p.lines[j], p.lines[i] })
	return p
}

// page draws the paper: a bar for each word, and the rulings.
func (p *paper) page() *document.Page {
	img := image.NewGray(image.Rect(0, 0, p.w, p.h))
	img.Pix = bytes.Repeat([]byte{255}, len(img.Pix))
	if p.ink > 0 {
		solid(img, p.lines[p.pale].Quad, p.ink)
	}
	for i, l := range p.lines {
		if p.ink == 0 || i != p.pale {
			words(img, l, p.size, p.gap)
		}
	}
	sin, cos := math.Sincos(p.skew)
	cx, cy := float64(p.w)/2, float64(p.h)/2
	for _, r := range p.rules {
		n := math.Hypot(r[2]-r[0], r[3]-r[1])
		for t := 0.0; t <= n; t += 0.5 {
			x, y := r[0]+(r[2]-r[0])*t/n-cx, r[1]+(r[3]-r[1])*t/n-cy
			px, py := int(cx+x*cos-y*sin), int(cy+x*sin+y*cos)
			if p.dots && int(t)%8 > 2 {
				continue
			}
			img.SetGray(px, py, color.Gray{Y: 0})
			img.SetGray(px+1, py+1, color.Gray{Y: 0})
		}
	}
	return &document.Page{Number: 1, Width: p.w, Height: p.h, Image: img}
}

// solid draws thick strokes of one gray in a quad.
func solid(img *image.Gray, q [4]document.Point, gray uint8) {
	w, h := math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y), math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y)
	for s := 0.0; s < w; s += 0.5 {
		if math.Mod(s, h/2) > h/4 { // between letters
			continue
		}
		for d := 0.15 * h; d < 0.85*h; d += 0.5 {
			x := q[0].X + (q[1].X-q[0].X)*s/w + (q[3].X-q[0].X)*d/h
			y := q[0].Y + (q[1].Y-q[0].Y)*s/w + (q[3].Y-q[0].Y)*d/h
			img.SetGray(int(x), int(y), color.Gray{Y: gray})
		}
	}
}

// words draws a line of text as bars. gap is the white between words, in sizes, where it
// is not the usual: no two lines then have it at the same places.
func words(img *image.Gray, l document.Line, size, gap float64) {
	q := l.Quad
	n := math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y)
	pad := 0.2 * size
	for s := pad; s < n-pad; s++ {
		if gap == 0 && math.Mod(s-pad, 3*size) > 2.75*size { // a space
			continue
		}
		if gap > 0 && math.Mod(s+7*q[0].Y, 3*size) < gap*size {
			continue
		}
		for d := 0.36; d < 0.66; d += 1 / size { // as much ink as letters have, clearly thicker than rulings
			t := s / n
			top := document.Point{X: q[0].X + t*(q[1].X-q[0].X), Y: q[0].Y + t*(q[1].Y-q[0].Y)}
			low := document.Point{X: q[3].X + t*(q[2].X-q[3].X), Y: q[3].Y + t*(q[2].Y-q[3].Y)}
			img.SetGray(int(top.X+d*(low.X-top.X)), int(top.Y+d*(low.Y-top.Y)), color.Gray{Y: 30})
		}
	}
}

// box adds a box of the model.
func (p *paper) box(label string, x0, y0, x1, y1 int) {
	score := 0.9
	p.boxes = append(p.boxes, document.Region{Label: label, Score: &score, BBox: document.BBox{x0, y0, x1, y1}})
}

// openTable adds a table without rulings: names, then numbers set to the right.
func (p *paper) openTable(x, y float64, widths []float64, rows int) {
	pitch := 1.3 * p.size
	for r := range rows {
		left := x
		for c, w := range widths {
			n := p.size * (2 + p.rng.Float64())
			if c == 0 {
				p.line(left, y+float64(r)*pitch, w*(0.3+0.5*p.rng.Float64()), p.size)
			} else {
				p.line(left+w-n, y+float64(r)*pitch, n, p.size)
			}
			left += w
		}
	}
}

// ruledTable adds a table with rulings between all cells. The head of the second
// and third column is one cell over both, the first column's head is two rows high.
func (p *paper) ruledTable(x, y float64, widths []float64, rows int) {
	pitch := 1.8 * p.size
	total := 0.0
	for _, w := range widths {
		total += w
	}
	bottom := y + float64(rows)*pitch
	for r := range rows + 1 {
		from := x
		if r == 1 {
			from += widths[0] // the first head is two rows high
		}
		p.rules = append(p.rules, [4]float64{from, y + float64(r)*pitch, x + total, y + float64(r)*pitch})
	}
	left := x
	for c := range len(widths) + 1 {
		top := y
		if c == 2 {
			top += pitch // the second and third column share their head
		}
		p.rules = append(p.rules, [4]float64{left, top, left, bottom})
		if c < len(widths) {
			left += widths[c]
		}
	}
	for r := range rows {
		left := x
		for c, w := range widths {
			at := y + (float64(r)+0.2)*pitch
			switch {
			case r == 0 && c == 0:
				p.line(left+10, at+pitch/2, 0.5*w, p.size)
			case r == 1 && c == 0, r == 0 && c == 2:
			case r == 0 && c == 1:
				p.line(left+0.6*w, at, 0.8*w, p.size)
			default:
				p.line(left+10, at, w*(0.3+0.4*p.rng.Float64()), p.size)
			}
			left += w
		}
	}
}
