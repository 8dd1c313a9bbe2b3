package areas_test

import (
	"slices"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/areas"
	"ocr-gateway/layout/geometry/upright"
)

// pageOf returns a page with text at boxes, 20 pixels high, and boxes of the model.
func pageOf(zones []document.Region, text ...document.BBox) *upright.Page {
	var lines []document.Line
	for _, b := range text {
		lines = append(lines, document.Line{BBox: b})
	}
	return upright.New(&document.Page{Width: 1000, Height: 1000}, lines, zones)
}

// frame returns the rulings of a frame with vertical rulings at xs.
func frame(y0, y1 float64, xs ...float64) rulings.Rulings {
	var r rulings.Rulings
	for _, y := range []float64{y0, (y0 + y1) / 2, y1} {
		r.Horizontal = append(r.Horizontal, rulings.Ruling{At: y, Span: plane.Span{From: xs[0], To: xs[len(xs)-1]}})
	}
	for _, x := range xs {
		r.Vertical = append(r.Vertical, rulings.Ruling{At: x, Span: plane.Span{From: y0, To: y1}})
	}
	return r
}

func zone(label string, score float64, b document.BBox) document.Region {
	return document.Region{Label: label, Score: &score, BBox: b}
}

func TestAreasOfAPage(t *testing.T) {
	text := document.BBox{120, 110, 200, 130}
	found := frame(100, 300, 100, 500, 900)
	table, whole := document.BBox{120, 120, 880, 280}, document.BBox{110, 110, 890, 290}
	kinds := func(zones []document.Region, task document.Task) (kinds []areas.Evidence) {
		for _, a := range areas.Find(pageOf(zones, text), found, task) {
			kinds = append(kinds, a.Evidence)
		}
		return slices.Compact(kinds)
	}
	for name, test := range map[string]struct {
		zones []document.Region
		task  document.Task
		want  []areas.Evidence
	}{
		"rulings":                     {nil, document.TaskDocument, []areas.Evidence{areas.FromRulings}},
		"the model first":             {[]document.Region{zone("table", 0.8, table)}, document.TaskDocument, []areas.Evidence{areas.FromModel, areas.FromRulings}},
		"the model calls it text too": {[]document.Region{zone("table", 0.6, whole), zone("text", 0.9, table)}, document.TaskDocument, []areas.Evidence{areas.FromRulings}},
		"the task":                    {[]document.Region{zone("table", 0.8, table)}, document.TaskTable, []areas.Evidence{areas.FromTask}},
	} {
		if got := kinds(test.zones, test.task); !slices.Equal(got, test.want) {
			t.Errorf("%s: evidence %v, want %v", name, got, test.want)
		}
	}
}

// TestFramesAreTables puts a frame of three columns below one of two.
func TestFramesAreTables(t *testing.T) {
	var text []document.BBox
	for _, y := range []int{110, 150} {
		text = append(text, document.BBox{120, y, 200, y + 20}, document.BBox{520, y, 600, y + 20})
	}
	for _, y := range []int{310, 350} {
		text = append(text, document.BBox{120, y, 200, y + 20}, document.BBox{420, y, 480, y + 20}, document.BBox{720, y, 800, y + 20})
	}
	page := pageOf(nil, text...)
	upper, lower := frame(100, 180, 100, 500, 900), frame(300, 380, 100, 400, 700, 900)
	found := rulings.Rulings{Horizontal: slices.Concat(upper.Horizontal, lower.Horizontal), Vertical: slices.Concat(upper.Vertical, lower.Vertical)}
	area := areas.Area{Box: plane.Box{X0: 100, Y0: 100, X1: 900, Y1: 380}, Evidence: areas.FromModel}
	var pieces []int
	for _, rows := range area.Tables(page, found) {
		pieces = append(pieces, len(slices.Concat(rows...)))
	}
	if want := []int{4, 6}; !slices.Equal(pieces, want) {
		t.Errorf("tables of %v pieces of text, want %v", pieces, want)
	}
}
