package layout

import (
	"ocr-gateway/document"
)

// Running heads, footers and page numbers repeat on every page and are kept apart
// from the text. They are only believed in the margins of a page, and only when the
// model or white space around them says so: text that is dropped as a footer by mistake is lost.

const (
	marginShare  = 0.12 // of the page's height
	marginRows   = 2    // at most, on either end
	farApart     = 2.5  // text heights of white that set a margin row apart without the model's word
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
	white := -b.overlapY(next.box()) / s.size
	edge := b.cy() / float64(s.height)
	if label == "footer" {
		edge = 1 - edge
	}
	number := len(r) == 1 && b.width() < numberWidth*s.size
	if edge > marginShare {
		// The end of a short page: only a page number by itself in the middle.
		all := bounds(s.items)
		return label == "footer" && number && white > 1.5 && abs(b.cx()-all.cx()) < s.size
	}
	if r.size() > 1.3*s.size && !number {
		return false // a title, a letterhead
	}
	said := s.labelled(r, label)
	switch {
	case said:
		return white > 0.2
	case number:
		return white > 0.8
	case s.running(r) && len(next) == 1 && next.box().width() > 2*proseWidth*s.size:
		return true
	default:
		return white > farApart && !s.labelled(r, "title") && !s.labelled(r, "text") && !s.labelled(r, "table")
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
