package geometry

import (
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/tables"
	"ocr-gateway/layout/geometry/upright"
)

// regions returns the finished regions of blocks.
func regions(p *upright.Page, blocks []block) []document.Region {
	all := make([]document.Region, 0, len(blocks))
	for _, b := range blocks {
		switch o := b.object(); {
		case o == nil:
			all = append(all, textRegion(p, b))
		case o.Type == document.RegionImage:
			all = append(all, figureRegions(p, o)...)
		default:
			all = append(all, document.Region{Type: o.Type, Label: o.Label, Score: o.Score, BBox: o.BBox, Grid: o.Grid, Lines: p.Lines(o.Inner)})
		}
	}
	return all
}

func textRegion(p *upright.Page, b block) document.Region {
	label := b.label
	if label == "" {
		label = tables.Label
	}
	items := itemsOf([]block{b})
	return document.Region{Type: b.kind, Label: label, Level: b.level, Score: b.score, BBox: p.ItemsBBox(items), Lines: p.Lines(items)}
}

// figureRegions returns the figure, and then the text in it.
func figureRegions(p *upright.Page, o *upright.Object) []document.Region {
	all := []document.Region{{Type: o.Type, Label: o.Label, Score: o.Score, BBox: o.BBox}}
	if len(o.Inner) > 0 {
		all = append(all, document.Region{
			Type: document.RegionText, Label: o.Label, Score: o.Score, BBox: p.ItemsBBox(o.Inner), Lines: p.Lines(o.Inner),
		})
	}
	return all
}

// itemsOf returns the items of blocks in their order.
func itemsOf(blocks []block) []*upright.Item {
	var items []*upright.Item
	for _, b := range blocks {
		items = append(items, slices.Concat(b.rows...)...)
	}
	return items
}
