package layout

import (
	"slices"

	"ocr-gateway/document"
)

// Running heads, footers and page numbers repeat on every page and are kept apart
// from the text. They are only believed in the margins of a page, and only when the
// model or white space around them says so: text that is dropped as a footer by mistake is lost.

const (
	marginShare  = 0.12 // of the page's height
	outerShare   = 0.06 // of the page's height, where little else than running heads stands
	marginRows   = 2    // at most, on either end
	smallEnough  = 1.1  // of the body's text height: running heads are not set larger
	letterhead   = 1.3  // of the body's text height: no running head, whatever the model says
	farApart     = 2.5  // text heights of white that set a margin row apart without the model's word
	rowApart     = 1.5  // text heights of white that do so with it
	numberWidth  = 3.5  // text heights; page numbers are not wider
	runningWhite = 3.0  // text heights of white between the pieces of a running head
)

// takeMargins takes the rows in the margins out of the page.
func (s *sheet) takeMargins() (header, footer []block) {
	rows := rowsOf(s.items)
	if len(rows) < 6 {
		return nil, nil
	}
	for len(header) < marginRows && s.inMargin(rows[0], rows[1], "header") {
		header = append(header, s.marginBlocks(rows[0], document.RegionHeader)...)
		rows = rows[1:]
	}
	n := 0
	for n < marginRows {
		last := len(rows) - 1
		if !s.inMargin(rows[last], rows[last-1], "footer") {
			break
		}
		footer = append(s.marginBlocks(rows[last], document.RegionFooter), footer...)
		rows = rows[:last]
		n++
	}
	if len(header)+len(footer) == 0 {
		return nil, nil
	}
	s.items = s.items[:0:0]
	for _, r := range rows {
		s.items = append(s.items, r...)
	}
	return header, footer
}

// inMargin says whether r, whose neighbour towards the middle of the page is
// next, is a running head ("header") or foot ("footer").
func (s *sheet) inMargin(r, next row, label string) bool {
	b := r.box()
	white := s.whiteOf(r, label) / s.size
	edge := b.cy() / float64(s.height)
	if label == "footer" {
		edge = 1 - edge
	}
	number := len(r) == 1 && b.width() < numberWidth*s.size
	if edge > marginShare {
		// The end of a short page: only a page number by itself in the middle.
		return label == "footer" && number && white > 1.5 && abs(b.cx()-bounds(s.items).cx()) < s.size
	}
	tallest := 0.0
	for _, it := range r {
		tallest = max(tallest, it.size/s.size)
	}
	switch {
	case number:
		return white > s.numberWhite(b)
	case tallest > letterhead:
		return false
	case s.running(r):
		// Books set it as close to the text as its lines are to each other.
		return white > 0.8 || label == "header" && len(next) == 1 && next.box().width() > 2*proseWidth*s.size
	case s.labelled(r, label):
		return white > rowApart || white > 0.2 && edge < outerShare
	default:
		return white > farApart && edge < outerShare && tallest < smallEnough &&
			!s.labelled(r, "title") && !s.labelled(r, "text") && !s.labelled(r, "table")
	}
}

// whiteOf is the height of the white between a margin row and what stands above
// or below any of its pieces.
func (s *sheet) whiteOf(r row, label string) float64 {
	white := float64(s.height)
	for _, it := range r {
		for _, o := range s.items {
			if it.overlapX(o.box) < min(s.size, it.width())/2 {
				continue
			}
			switch {
			case label == "footer" && o.cy() < r[0].cy() && !slices.Contains(r, o):
				white = min(white, it.y0-o.y1)
			case label == "header" && o.cy() > r[0].cy() && !slices.Contains(r, o):
				white = min(white, o.y0-it.y1)
			}
		}
	}
	return white
}

// numberWhite is how much white, in text heights, sets a page number apart. In the
// middle or at the right edge it needs little; at the left it could be the last
// word of a paragraph.
func (s *sheet) numberWhite(b box) float64 {
	text := bounds(s.items)
	switch {
	case abs(b.cx()-text.cx()) < s.size, text.x1-b.x1 < s.size:
		return 0.8
	default:
		return farApart
	}
}

// running says whether a row is made of pieces far from each other, one of them
// a number: a running head.
func (s *sheet) running(r row) bool {
	number := false
	for i, it := range r {
		number = number || it.width() < numberWidth*s.size
		if i > 0 && it.x0-r[i-1].x1 < runningWhite*s.size {
			return false
		}
	}
	return number && len(r) >= 2 && len(r) <= 3
}

// labelled says whether the model's boxes of that name hold the whole row.
func (s *sheet) labelled(r row, label string) bool {
	for _, it := range r {
		held := false
		for _, z := range s.zones {
			held = held || z.label == label && z.score >= 0.5 && z.holds(it.box)
		}
		if !held {
			return false
		}
	}
	return true
}

// marginBlocks gives each piece of a margin row a block of its own.
func (s *sheet) marginBlocks(r row, kind document.RegionType) []block {
	var blocks []block
	for _, it := range r {
		b := block{kind: kind, rows: []row{{it}}}
		if it.width() < numberWidth*s.size {
			b.kind = document.RegionPageNumber
		}
		if z, ok := s.zoneOf(it.box); ok {
			b.label, b.score = z.label, &z.score
		}
		blocks = append(blocks, b)
	}
	return blocks
}
