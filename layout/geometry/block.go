package geometry

import (
	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// block is a region being built: rows of text, or one table or figure.
type block struct {
	kind  document.RegionType
	label string // of the model; empty when geometry alone found it
	level int    // of a title, from 1
	score *float64
	rows  []upright.Row
}

// object returns the block's table or figure, nil for text.
func (b block) object() *upright.Object { return b.rows[0][0].Object }

// box returns the block's extent in the upright frame.
func (b block) box() plane.Box {
	all := b.rows[0].Box()
	for _, r := range b.rows[1:] {
		all = all.Union(r.Box())
	}
	return all
}

// size returns the height of the block's text.
func (b block) size() float64 {
	sizes := make([]float64, len(b.rows))
	for i, r := range b.rows {
		sizes[i] = r.Size()
	}
	return upright.Median(sizes)
}

// boundsOf returns the extent of some blocks, of which there is at least one.
func boundsOf(blocks []block) plane.Box {
	all := blocks[0].box()
	for _, b := range blocks[1:] {
		all = all.Union(b.box())
	}
	return all
}
