package geometry

import (
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/upright"
)

// A watermark is large, pale print behind the text. The detector sees pieces of it where
// no text covers it. It is no title and stands in no paragraph.

const (
	markSize   = 1.8 // of the body's text height, at least
	markTilt   = 8   // degrees to the text, from which pale print is a watermark
	markPale   = 0.6 // of the contrast of the body's text, at most
	markBehind = 2   // lines of text, at least, that print which runs level lies behind
)

// watermarkLabel is the label of what lies behind the text.
const watermarkLabel = "watermark"

// takeWatermark takes print that lies behind the text out of the page.
func takeWatermark(p *upright.Page) []block {
	var large, rest []*upright.Item
	for _, it := range p.Items {
		if it.Size > markSize*p.Size || math.Abs(p.Tilt(it)) > markTilt && it.Size > p.Size {
			large = append(large, it)
		} else {
			rest = append(rest, it)
		}
	}
	if len(large) == 0 || len(rest) == 0 {
		return nil
	}
	contrast := bodyContrast(p, rest)
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

// bodyContrast returns the median contrast of some of the lines.
func bodyContrast(p *upright.Page, items []*upright.Item) float64 {
	const sample = 16 // lines
	var all []float64
	for i := 0; i < len(items); i += 1 + len(items)/sample {
		all = append(all, p.Contrast(items[i]))
	}
	return upright.Median(all)
}

// liesBehind reports whether lines of text run over a piece of print.
func liesBehind(it *upright.Item, lines []*upright.Item) bool {
	n := 0
	for _, l := range lines {
		if it.OverlapX(l.Box) > l.Size && it.OverlapY(l.Box) > 0.5*l.Height() {
			n++
		}
	}
	return n >= markBehind
}
