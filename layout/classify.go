package layout

import (
	"ocr-gateway/document"
)

// classify names the blocks of text: titles by their size and shortness,
// captions and references where the model saw one.
func (s *sheet) classify(blocks []block) {
	said := make([]bool, len(blocks)) // titles by the model's word alone
	for i := range blocks {
		b := &blocks[i]
		if b.kind != document.RegionText || b.rows[0][0].atom != nil {
			continue
		}
		z, known := s.zoneOf(b.box())
		if known {
			b.label, b.score = z.label, &z.score
		}
		switch {
		case known && (z.label == "figure_caption" || z.label == "table_caption"):
			b.kind = document.RegionCaption
		case known && z.label == "reference" && len(b.rows) > 3:
			b.kind = document.RegionReference
		case !s.mayBeTitle(*b):
		case s.isLarge(*b):
			b.kind = document.RegionTitle
		case known && z.label == "title" && b.size() >= 0.9*s.size:
			b.kind, said[i] = document.RegionTitle, true
		}
	}
	for i := range blocks {
		if said[i] && !heads(blocks[i+1:]) {
			blocks[i].kind = document.RegionText
		}
	}
	rankTitles(blocks, s.size)
}

// mayBeTitle says whether a block is short enough for a title, and no drop cap,
// bullet, page number or row of a form.
func (s *sheet) mayBeTitle(b block) bool {
	width, size := b.box().width(), b.size()
	narrow := width < numberWidth*size && size < 1.5*s.size || width < 1.5*size
	return len(b.rows) <= 3 && len(b.rows[0]) <= 2 && !narrow
}

// isLarge says whether a block's text is larger than the body's. Boxes of several
// rows differ less by chance than one.
func (s *sheet) isLarge(b block) bool {
	ratio := b.size() / s.size
	return ratio >= 1.3 || ratio >= 1.18 && len(b.rows) == 1
}

// heads says whether there is something for a title to stand above: text, a
// table or a figure, before or after further titles.
func heads(below []block) bool {
	for _, b := range below {
		switch {
		case b.rows[0][0].atom != nil || b.kind == document.RegionCaption || b.kind == document.RegionReference:
			return true
		case b.kind == document.RegionText:
			return len(b.rows) > 1 || b.box().width() > proseWidth*b.size()
		}
	}
	return false
}

// size is the height of the block's text.
func (b block) size() float64 {
	sizes := make([]float64, len(b.rows))
	for i, r := range b.rows {
		sizes[i] = r.size()
	}
	return median(sizes)
}

// zoneOf is the model's box that a block lies in.
func (s *sheet) zoneOf(b box) (zone, bool) {
	var best zone
	for _, z := range s.zones {
		if z.score >= 0.5 && z.score > best.score && b.inside(z.box) > 0.6 {
			best = z
		}
	}
	return best, best.score > 0
}
