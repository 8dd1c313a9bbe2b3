package layout

import (
	"context"
	"fmt"
	"slices"

	"ocr-gateway/document"
)

// Geometry is a detector that needs no layout model of its own: it derives
// regions, reading order and the structure of tables from the lines of text on a page.
type Geometry struct{ finder Finder }

// NewGeometry makes the detector. It is safe for concurrent use if f is.
func NewGeometry(f Finder) *Geometry { return &Geometry{f} }

// Info names the detector.
func (g *Geometry) Info() document.Info { return document.Info{Name: "geometry"} }

// Detect finds the regions of a page in reading order. Every line that the
// finder gave is in exactly one of them; a line that runs over two columns or
// cells comes as two. Errors are those of the finder.
func (g *Geometry) Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error) {
	lines, boxes, err := g.finder.Find(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("find lines: %w", err)
	}
	if len(lines) == 0 {
		return nil, nil
	}
	s := newSheet(page, slices.Clone(lines), boxes)
	return s.regions(opts.Task), nil
}

// regions is the whole way from lines to regions.
func (s *sheet) regions(task document.Task) []document.Region {
	var header, footer []block
	if task != document.TaskTable { // its first row may look like a running head
		header, footer = s.takeMargins()
	}
	s.takeTables(task)
	s.items = s.takeOpenTables(s.items)
	s.takeFigures()
	var blocks []block
	blocks = append(blocks, header...)
	blocks = append(blocks, s.read(s.items, func(part []*item) []block {
		var blocks []block
		for _, piece := range s.stacks(s.takeOpenTables(part)) {
			blocks = append(blocks, s.paragraphs(piece)...)
		}
		return blocks
	})...)
	for _, it := range s.sideways {
		blocks = append(blocks, block{kind: document.RegionText, rows: []row{{it}}})
	}
	blocks = append(blocks, footer...)
	s.classify(blocks)
	regions := make([]document.Region, 0, len(blocks))
	for _, b := range blocks {
		regions = append(regions, s.region(b)...)
	}
	return regions
}

// block is a region in the making: rows of text, or one table or figure.
type block struct {
	kind  document.RegionType
	label string
	level int
	score *float64
	rows  []row
}

// box is the block's extent in the upright frame.
func (b block) box() box {
	all := b.rows[0].box()
	for _, r := range b.rows[1:] {
		all = all.union(r.box())
	}
	return all
}

// region makes the finished regions of a block: one, or two for a figure with text in it.
func (s *sheet) region(b block) []document.Region {
	if a := b.rows[0][0].atom; a != nil {
		return a.regions(s)
	}
	r := document.Region{Type: b.kind, Label: b.label, Level: b.level, Score: b.score}
	if r.Label == "" {
		r.Label = "geometry"
	}
	r.BBox = s.bbox(slices.Concat(b.rows...))
	for _, row := range b.rows {
		for _, it := range row {
			r.Lines = append(r.Lines, s.lines[it.line])
		}
	}
	return []document.Region{r}
}
