package layout

import (
	"image"
	"math"
	"slices"

	"ocr-gateway/document"
)

// sheet is one page being laid out.
type sheet struct {
	width, height int // pixels
	frame         frame
	lines         []document.Line // those found, and the parts of those that were split
	items         []*item         // lines of the text, in the upright frame
	sideways      []*item         // lines that run up or down the page
	zones         []zone          // the model's boxes
	size          float64         // height of body text in pixels
	work          int             // items that may still be looked at when searching gutters

	ruled  *rulings // found on first use
	image  image.Image
	pixels *image.Gray // of image, made on first use
}

// workLimit bounds the search for gutters on hostile pages; a page of 500
// lines needs about a hundredth of it.
const workLimit = 60_000_000

// zone is a coarse box of the model.
type zone struct {
	box
	label string
	score float64
}

// text says whether the zone is one block of text.
func (z zone) text() bool {
	switch z.label {
	case "text", "title", "reference", "figure_caption", "table_caption":
		return true
	}
	return false
}

func newSheet(page *document.Page, lines []document.Line, boxes []document.Region) *sheet {
	s := &sheet{width: page.Width, height: page.Height, lines: lines, image: page.Image, work: workLimit}
	quads := make([][4]document.Point, len(lines))
	for i := range lines {
		quads[i] = s.soundQuad(lines[i])
	}
	s.frame = frameOf(quads, s.width, s.height)
	var sizes []float64
	for i, q := range quads {
		b, size := s.frame.line(q)
		it := &item{box: b, size: size, line: i}
		s.items = append(s.items, it)
		// Each piece of a line counts: body text outweighs many short labels.
		for range int(min(40, 1+b.width()/size)) {
			sizes = append(sizes, size)
		}
	}
	s.size = max(1, median(sizes))
	s.takeSideways()
	for _, b := range boxes {
		z := zone{box: s.frame.rect(b.BBox), label: b.Label, score: 1}
		if b.Score != nil {
			z.score = *b.Score
		}
		s.zones = append(s.zones, z)
	}
	return s
}

// takeSideways sets lines aside that run up or down the page beside its text, such
// as a stamp in the margin. Elsewhere they belong to what is around them.
func (s *sheet) takeSideways() {
	var turned []*item
	var lefts, rights []float64
	for _, it := range s.items {
		if it.height() > 2.5*it.width() && it.height() > 2*s.size {
			turned = append(turned, it)
		} else {
			lefts, rights = append(lefts, it.x0), append(rights, it.x1)
		}
	}
	if len(turned) == 0 || 2*len(turned) > len(s.items) {
		return
	}
	slices.Sort(lefts)
	slices.Sort(rights)
	const few = 0.1 // of the lines may stand in the margins
	text := span{quantile(lefts, few), quantile(rights, 1-few)}
	const compared = 32 // more lines than that are no stamp in a margin
	turned = turned[:min(len(turned), compared)]
	var level []*item
	for _, it := range s.items {
		// Detectors break such lines into pieces, some of them hardly higher than wide.
		beside := it.cx() < text.from || it.cx() > text.to
		if beside && it.height() > it.width() && slices.ContainsFunc(turned, func(o *item) bool {
			return it.overlapX(o.box) > 0.7*min(it.width(), o.width()) && it.overlapY(o.box) > -3*s.size
		}) {
			s.sideways = append(s.sideways, it)
		} else {
			level = append(level, it)
		}
	}
	s.items = level
}

// soundQuad is the line's quad, or its box where the quad is no proper one: not
// finite, or far outside of the page.
func (s *sheet) soundQuad(l document.Line) [4]document.Point {
	limit := 4 * float64(s.width+s.height)
	sound := true
	for _, p := range l.Quad {
		sound = sound && math.Abs(p.X) <= limit && math.Abs(p.Y) <= limit // false for NaN
	}
	q := l.Quad
	if !sound || math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y) < 1 || math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y) < 1 {
		b := s.clip(l.BBox)
		x0, y0, x1, y1 := float64(b[0]), float64(b[1]), float64(b[2]), float64(b[3])
		x1, y1 = max(x1, x0+1), max(y1, y0+1)
		return [4]document.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
	}
	return q
}

func (s *sheet) gray() *image.Gray {
	if s.pixels == nil {
		s.pixels = grayOf(s.image)
	}
	return s.pixels
}

// bbox is the box of some items in page pixels.
func (s *sheet) bbox(items []*item) document.BBox {
	var r image.Rectangle
	for _, it := range items {
		r = r.Union(s.itemBBox(it).Rect())
	}
	return document.BoxOf(r)
}

func (s *sheet) itemBBox(it *item) document.BBox {
	if it.atom != nil {
		return it.atom.bbox
	}
	b := s.clip(s.lines[it.line].BBox)
	if b.Rect().Empty() {
		b = s.clip(boundsOf(s.soundQuad(s.lines[it.line])))
	}
	return b
}

// pageBox is the smallest box of page pixels around an upright one.
func (s *sheet) pageBox(b box) document.BBox {
	return s.clip(boundsOf([4]document.Point{
		s.frame.back(document.Point{X: b.x0, Y: b.y0}), s.frame.back(document.Point{X: b.x1, Y: b.y0}),
		s.frame.back(document.Point{X: b.x1, Y: b.y1}), s.frame.back(document.Point{X: b.x0, Y: b.y1}),
	}))
}
