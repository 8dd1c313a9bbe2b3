package ppocr

import (
	"context"
	"image"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// On a page of larger print the detector sees small print partly or not at all. Its ink is found on cells
// outside of lines, and examined more closely.
const (
	cellSide    = 8    // pixels of a cell
	cellStep    = 64   // of 255 across a cell, in both directions: letters; a rule or a bar has it in only one
	placeWidth  = 8    // cells of a place, at least
	placeArea   = 16   // likewise
	placeMargin = 2    // cells around a place; places this close are joined
	mostPlaces  = 16   // per page, that are examined one by one
	inkStep     = 48   // of 255 from the paper's brightness: beyond it is ink
	mostInk     = 0.5  // of a place: more is a picture
	leastInk    = 0.04 // of a place, or of a row of pixels: less is dust
	slim        = 0.7  // width of a stroke, in heights of a row, at most

	// overlookedCloser is how much closer to look than in the view in which nothing was seen.
	overlookedCloser = 2
)

// detectOverlooked adds lines where something is printed and no line was seen. first is how the whole image
// was examined, last the look that seen are from.
func (m *Models) detectOverlooked(ctx context.Context, src pixels.Raster, first, last look, seen []document.Line) ([]document.Line, error) {
	cut := func(l document.Line) bool { return last.cuts(l, first.part) }
	complete := slices.DeleteFunc(slices.Clone(seen), cut)
	var added []document.Line
	for _, place := range overlooked(src, complete) {
		from := first
		if place.In(last.part) {
			from = last
		}
		found, err := m.detectPart(ctx, src, lookAt(place, overlookedCloser/from.scaleY))
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			if !MostlyIn(l.BBox.Rect(), complete) {
				added = append(added, l)
			}
		}
	}
	seen = slices.DeleteFunc(seen, func(s document.Line) bool {
		return pieceOf(s, added) || cut(s) && middleIn(s, added)
	})
	return append(seen, added...), nil
}

// middleIn reports whether the middle of a line is in one of others.
func middleIn(line document.Line, lines []document.Line) bool {
	q := line.Quad
	x, y := (q[0].X+q[1].X+q[2].X+q[3].X)/4, (q[0].Y+q[1].Y+q[2].Y+q[3].Y)/4
	return slices.ContainsFunc(lines, func(l document.Line) bool {
		for i, a := range l.Quad { // clockwise: the inside is to the right of every side
			if b := l.Quad[(i+1)%4]; (b.X-a.X)*(y-a.Y) < (b.Y-a.Y)*(x-a.X) {
				return false
			}
		}
		return true
	})
}

// pieceOf reports whether a line is a piece of others that adds no letter to them.
func pieceOf(piece document.Line, lines []document.Line) bool {
	const alike = 1.5 // of its height, which the whole line has at most
	a, covered := piece.BBox.Rect(), 0
	for _, l := range lines {
		b := l.BBox.Rect()
		if in := a.Intersect(b); a.Dx() < b.Dx() && float64(b.Dy()) < alike*float64(a.Dy()) && 2*in.Dy() > a.Dy() {
			covered += in.Dx()
		}
	}
	return covered > 0 && 2*(a.Dx()-covered) <= a.Dy()
}

// MostlyIn reports whether lines cover half of a box.
func MostlyIn(box image.Rectangle, lines []document.Line) bool {
	covered := 0
	for _, l := range lines {
		in := box.Intersect(l.BBox.Rect())
		covered += in.Dx() * in.Dy()
	}
	return 2*covered > box.Dx()*box.Dy()
}

// overlooked returns the places of src with ink like that of print outside of lines.
func overlooked(src pixels.Raster, lines []document.Line) []image.Rectangle {
	w, h := src.W/cellSide, src.H/cellSide
	if w == 0 || h == 0 {
		return nil
	}
	known := make([]bool, w*h)
	for _, l := range lines {
		b := l.BBox.Rect()
		for y := max(b.Min.Y/cellSide, 0); y <= min(b.Max.Y/cellSide, h-1); y++ {
			for x := max(b.Min.X/cellSide, 0); x <= min(b.Max.X/cellSide, w-1); x++ {
				known[y*w+x] = true
			}
		}
	}
	lettered := make([]uint8, w*h)
	for i := range lettered {
		if !known[i] && lettersIn(src, i%w*cellSide, i/w*cellSide) {
			lettered[i] = 1
		}
	}
	var places []image.Rectangle
	for _, c := range pixels.Components(lettered, w) {
		if c.Dx() >= placeWidth && c.Dx()*c.Dy() >= placeArea {
			box := image.Rectangle{Min: c.Min.Mul(cellSide), Max: c.Max.Mul(cellSide)}
			if printed(src.Sub(box)) {
				place := withWhole(lines, box.Inset(-placeMargin*cellSide))
				places = join(places, place.Intersect(image.Rect(0, 0, src.W, src.H)))
			}
		}
	}
	if len(places) > mostPlaces {
		return []image.Rectangle{around(places)}
	}
	return places
}

// around is the box around all places.
func around(places []image.Rectangle) (all image.Rectangle) {
	for _, p := range places {
		all = all.Union(p)
	}
	return all
}

// withWhole enlarges a place to the lines of its rows that reach into it: of a line cut by it, only a part
// would be seen.
func withWhole(lines []document.Line, place image.Rectangle) image.Rectangle {
	whole := place
	for _, l := range lines {
		b := l.BBox.Rect()
		if middle := (b.Min.Y + b.Max.Y) / 2; b.Overlaps(place) && middle >= place.Min.Y && middle < place.Max.Y {
			whole = whole.Union(b)
		}
	}
	return whole
}

// join adds a place, merged with those that it overlaps.
func join(places []image.Rectangle, place image.Rectangle) []image.Rectangle {
	for i := 0; i < len(places); i++ {
		if places[i].Overlaps(place) {
			place = place.Union(places[i])
			places = append(places[:i], places[i+1:]...)
			i = -1 // it may now overlap earlier ones
		}
	}
	return append(places, place)
}

// lettersIn reports whether brightness changes along a row and along a column of the cell
// at (x0, y0).
func lettersIn(src pixels.Raster, x0, y0 int) bool {
	var low, high [cellSide]int // of the columns
	for i := range low {
		low[i] = 255
	}
	along, across := false, false
	for y := range cellSide {
		row := src.Pix[(y0+y)*src.Stride+x0*src.BPP:][:cellSide*src.BPP]
		least, most := 255, 0
		for x := range cellSide {
			v := brightness(row[x*src.BPP:], src.BPP)
			least, most = min(least, v), max(most, v)
			low[x], high[x] = min(low[x], v), max(high[x], v)
		}
		along = along || most-least >= cellStep
	}
	for x := range cellSide {
		across = across || high[x]-low[x] >= cellStep
	}
	return along && across
}

func brightness(p []byte, bpp int) int {
	if bpp == 1 {
		return int(p[0])
	}
	return (int(p[0]) + int(p[1]) + int(p[2])) / 3
}

// printed reports whether a part of a page is mostly paper of one brightness, with ink like that of print on
// it: as much, and in strokes narrower than the rows are high, which excludes the dots of leaders.
func printed(part pixels.Raster) bool {
	paper := commonest(part)
	ink, strokes := 0, 0
	high, rows := 0, 0 // most consecutive rows of pixels with ink, and those up to here
	for y := range part.H {
		row := part.Pix[y*part.Stride:][:part.W*part.BPP]
		inked, before := 0, false
		for i := 0; i < len(row); i += part.BPP {
			v := brightness(row[i:], part.BPP)
			is := max(v, paper)-min(v, paper) >= inkStep
			if is {
				inked++
				if !before {
					strokes++
				}
			}
			before = is
		}
		ink += inked
		if rows++; float64(inked) < leastInk*float64(part.W) {
			rows = 0
		}
		high = max(high, rows)
	}
	all := float64(part.W * part.H)
	return float64(ink) >= leastInk*all && float64(ink) <= mostInk*all && float64(ink) < slim*float64(strokes*high)
}

// commonest is the most common brightness in a part of a page.
func commonest(part pixels.Raster) int {
	var counts [256]int
	for y := range part.H {
		row := part.Pix[y*part.Stride:][:part.W*part.BPP]
		for i := 0; i < len(row); i += part.BPP {
			counts[brightness(row[i:], part.BPP)]++
		}
	}
	most := 0
	for v, n := range counts {
		if n > counts[most] {
			most = v
		}
	}
	return most
}
