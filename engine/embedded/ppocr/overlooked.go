package ppocr

import (
	"context"
	"image"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// On a page of larger print the detector sees small print in part or not at all. Its ink is
// found where no line is, on cells, and looked at closer.
const (
	cellSide    = 8    // pixels of a cell
	cellStep    = 64   // of 255 across a cell, in both directions: letters; a ruling or a bar has one
	placeWidth  = 8    // cells of a place, at least
	placeArea   = 16   // likewise
	placeMargin = 2    // cells around a place, over which places are joined
	mostPlaces  = 16   // of a page, that are looked at one by one
	inkStep     = 48   // of 255 from the paper's brightness: what is further is ink
	mostInk     = 0.5  // of a place: more is a picture
	leastInk    = 0.04 // of a place, or of a row of pixels: less is dust
	slim        = 0.7  // heights of a row, at most, of a stroke's width

	// overlookedCloser is how much closer to look than in the view that showed nothing.
	overlookedCloser = 2
)

// detectOverlooked adds to the lines seen in v those where something is printed and none
// was seen.
func (m *Models) detectOverlooked(ctx context.Context, src pixels.Raster, v view, seen []document.Line) ([]document.Line, error) {
	var added []document.Line
	for _, place := range overlooked(src, seen) {
		found, err := m.detectPart(ctx, src, place, overlookedCloser/v.scaleY)
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			if !MostlyIn(l.BBox.Rect(), seen) {
				added = append(added, l)
			}
		}
	}
	seen = slices.DeleteFunc(seen, func(s document.Line) bool {
		return pieceOf(s, added)
	})
	return append(seen, added...), nil
}

// pieceOf reports whether a line is a piece of others, beside which no letter of it stands.
func pieceOf(piece document.Line, lines []document.Line) bool {
	const alike = 1.5 // of its height that the whole line has at most
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

// overlooked are the places of src where there is ink like that of print outside of lines.
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

// around is the part of a page that has all places.
func around(places []image.Rectangle) (all image.Rectangle) {
	for _, p := range places {
		all = all.Union(p)
	}
	return all
}

// withWhole is a place with the lines of its rows that reach into it: of one that it cuts, only a
// part would be seen.
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

// join adds a place, as one with those that it overlaps.
func join(places []image.Rectangle, place image.Rectangle) []image.Rectangle {
	for i := 0; i < len(places); i++ {
		if places[i].Overlaps(place) {
			place = place.Union(places[i])
			places = append(places[:i], places[i+1:]...)
			i = -1 // it may overlap those before, now
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

// printed reports whether a part of a page is mostly paper of one brightness, with ink on it
// like that of print: as much, and in strokes narrower than the rows are high. The dots of
// leaders are not.
func printed(part pixels.Raster) bool {
	paper := commonest(part)
	ink, strokes := 0, 0
	high, rows := 0, 0 // most inked rows of pixels one below the other, and those up to here
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

// commonest is the brightness that most pixels of a part of a page have.
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
