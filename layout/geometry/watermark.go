package geometry

import (
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/upright"
)

// A watermark is large, pale print behind the text. The detector finds pieces of it where no text covers
// it. It is neither a title nor part of a paragraph.

const (
	markSize = 1.8 // of the body's text height, at least
	markTilt = 8   // degrees to the text, above which such print need not lie behind it
	markPale = 0.6 // of the contrast of the body's text, at most
)

// watermarkLabel is the label of print behind the text.
const watermarkLabel = "watermark"

// takeWatermark takes print behind the text out of the page.
func takeWatermark(p *upright.Page) []block {
	var large, rest []*upright.Item
	for _, it := range p.Items {
		if it.Size > markSize*p.Size {
			large = append(large, it)
		} else {
			rest = append(rest, it)
		}
	}
	if len(large) == 0 || len(rest) == 0 {
		return nil
	}
	contrast := bodyContrast(p, rest, large)
	var marks []block
	for _, it := range large {
		tilted := math.Abs(p.Tilt(it)) > markTilt
		if (tilted || liesBehind(it, rest)) && p.Contrast(it) < markPale*contrast {
			marks = append(marks, block{kind: document.RegionFooter, label: watermarkLabel, rows: []upright.Row{{it}}})
		}
	}
	p.Items = slices.DeleteFunc(p.Items, func(it *upright.Item) bool {
		return slices.ContainsFunc(marks, func(b block) bool { return b.rows[0][0] == it })
	})
	return marks
}

// bodyContrast returns the median contrast of a sample of the lines that do not lie over large print.
func bodyContrast(p *upright.Page, items, large []*upright.Item) float64 {
	const sample = 16 // lines
	var all []float64
	for _, it := range items {
		over := slices.ContainsFunc(large, func(l *upright.Item) bool { return l.Overlap(it.Box) > 0 })
		if !over && len(all) < sample {
			all = append(all, p.Contrast(it))
		}
	}
	return upright.Median(all)
}

// liesBehind reports whether a line of text runs over a piece of print.
func liesBehind(it *upright.Item, lines []*upright.Item) bool {
	return slices.ContainsFunc(lines, func(l *upright.Item) bool {
		return it.OverlapX(l.Box) > l.Size && it.OverlapY(l.Box) > 0.5*l.Height()
	})
}
