// Package geometry finds the regions of a page without a layout model of its own:
// it derives regions, reading order and the structure of tables from the page's
// lines of text. A page passes through the files in this order: watermark, line numbers,
// margins, (package tables), figures, floats, order (package gutters), stacks, drop
// caps, paragraphs, titles.
package geometry

import (
	"context"
	"fmt"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/upright"
)

// Finder finds what geometry works on: lines of text, not yet read, and coarse boxes labeled text,
// title, figure, figure_caption, table, table_caption, header, footer, reference or equation; or regions
// labeled seal, which lie over the text and have lines of their own. Both are in page pixels and in no
// particular order. A Finder may turn the page upright: it then replaces Image and sets Width, Height
// and Rotation. The lists and their contents belong to the caller.
type Finder interface {
	Find(ctx context.Context, page *document.Page) (lines []document.Line, boxes []document.Region, err error)
}

// Detector finds regions by geometry. It is safe for concurrent use if its Finder is.
type Detector struct{ finder Finder }

// New returns the detector for what f finds.
func New(f Finder) *Detector { return &Detector{f} }

// Info returns the name of the detector.
func (d *Detector) Info() document.Info { return document.Info{Name: "geometry"} }

// Detect finds the regions of a page in reading order. Every line that the
// finder returned is in exactly one of them; a line that runs over two columns or
// cells comes as two. Errors are those of the finder.
func (d *Detector) Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error) {
	lines, boxes, err := d.finder.Find(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("find lines: %w", err)
	}
	boxes, seals := takeSeals(boxes)
	if len(lines) == 0 {
		return seals, nil
	}
	lines = slices.Clone(lines)
	if isVertical(lines) {
		return append(analyzeVertical(page, lines, boxes, opts.Task), seals...), nil
	}
	return append(analyze(upright.New(page, lines, boxes), opts.Task), seals...), nil
}
