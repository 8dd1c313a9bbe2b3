package layout

import (
	"ocr-gateway/document"
)

// classify names the blocks of text: titles by their size and shortness,
// captions where the model saw one.
func (s *sheet) classify(blocks []block) {
	largest := s.size
	for _, b := range blocks {
		if b.kind == document.RegionText && b.rows[0][0].atom == nil && b.short() {
			largest = max(largest, b.size())
		}
	}
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
		case b.short():
			b.level = s.titleLevel(*b, largest, known && z.label == "title")
			if b.level > 0 {
				b.kind = document.RegionTitle
			}
		}
	}
}

// short says whether a block may be a title at all.
func (b block) short() bool {
	return len(b.rows) <= 3
}

// size is the height of the block's text.
func (b block) size() float64 {
	sizes := make([]float64, len(b.rows))
	for i, r := range b.rows {
		sizes[i] = r.size()
	}
	return median(sizes)
}

// titleLevel is 0 for a block that is no title. Size decides; the model's word
// counts for text as large as the body's.
func (s *sheet) titleLevel(b block, largest float64, said bool) int {
	ratio := b.size() / s.size
	box := b.box()
	narrow := box.width() < numberWidth*b.size() // a drop cap, a bullet, a page number
	switch {
	case narrow && ratio < 1.5 || box.width() < 1.5*b.size() || len(b.rows[0]) > 2:
		return 0
	case ratio >= 1.5 && b.size() >= 0.9*largest && box.cy() < float64(s.height)/2:
		return 1
	case ratio >= 1.5 || ratio >= 1.2 && said:
		return 2
	case ratio >= 1.3 || ratio >= 1.18 && len(b.rows) == 1 || said && ratio >= 0.9:
		return 3
	default:
		return 0
	}
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
