package geometry

import (
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/tables"
	"ocr-gateway/layout/geometry/upright"
)

// analyze lists the steps from lines to regions.
func analyze(p *upright.Page, task document.Task) []document.Region {
	marks := takeWatermark(p)
	sideways := takeSideways(p)
	numbers := takeLineNumbers(p)
	finder := tables.New(p)
	var header, footer []block
	if task != document.TaskTable { // the first row of a table may look like a running head
		header, footer = takeMargins(p, finder.Rulings())
	}
	finder.Place(task)
	p.Items = finder.WithOpenTables(p.Items)
	figures := placeFigures(p)

	reader := newReader(p, finder.Rulings())
	for _, f := range figures {
		f.Inner = itemsOf(reader.read(f.Inner, func(part []*upright.Item) []block { return paragraphs(p, part) }))
	}
	body := reader.read(p.Items, func(part []*upright.Item) []block {
		var blocks []block
		for _, piece := range stacks(finder.WithOpenTables(part)) {
			blocks = append(blocks, paragraphs(p, piece)...)
		}
		return blocks
	})

	blocks := slices.Concat(header, body, sideways, footer, numbers, marks)
	classify(p, blocks)
	return regions(p, blocks)
}
