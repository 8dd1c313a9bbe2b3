package columns_test

import (
	"math"
	"slices"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// extent is from where to where a piece of text runs.
type extent struct{ from, to int }

// pageOf returns a page of rows of text, 20 pixels high and 40 apart.
func pageOf(rows ...[]extent) (*upright.Page, []upright.Row) {
	var lines []document.Line
	for i, row := range rows {
		for _, e := range row {
			b := document.BBox{e.from, 100 + 40*i, e.to, 120 + 40*i}
			lines = append(lines, document.Line{BBox: b})
		}
	}
	page := upright.New(&document.Page{Width: 1000, Height: 1000}, lines, nil)
	return page, upright.RowsOf(page.Items)
}

// alike returns n equal rows.
func alike(n int, row ...extent) [][]extent { return slices.Repeat([][]extent{row}, n) }

func TestColumnsOfText(t *testing.T) {
	three := []extent{{100, 200}, {400, 500}, {700, 800}}
	for name, test := range map[string]struct {
		rows [][]extent
		want int
	}{
		"white divides":                   {alike(5, three...), 3},
		"a head spans two":                {append([][]extent{{{100, 200}, {500, 700}}}, alike(5, three...)...), 3},
		"running text":                    {alike(5, extent{100, 800}), 1},
		"signs belong to the next column": {append(alike(4, extent{100, 200}, extent{400, 500}, extent{700, 800}), []extent{{100, 200}, {400, 500}, {640, 650}, {700, 800}}), 3},
		"numbers that count rows":         {alike(5, extent{60, 70}, extent{100, 200}, extent{400, 500}), 3},
	} {
		page, rows := pageOf(test.rows...)
		if got := columns.Count(page, rows); got != test.want {
			t.Errorf("%s: %d columns, want %d", name, got, test.want)
		}
	}
}

// TestRulingsDivideColumns puts a ruling beside the middle of the white between two columns.
func TestRulingsDivideColumns(t *testing.T) {
	page, rows := pageOf(alike(5, extent{100, 360}, extent{440, 800})...)
	box := upright.Bounds(slices.Concat(rows...))
	found := rulings.Rulings{Vertical: []rulings.Ruling{{At: 390, Span: plane.Span{From: box.Y0, To: box.Y1}}}}
	if got := columns.Find(page, rulings.Rulings{}, box, rows); len(got) != 3 || math.Abs(got[1]-400) > 3 {
		t.Errorf("without the ruling: boundaries %v, want one in the middle, 400", got)
	}
	if got := columns.Find(page, found, box, rows); len(got) != 3 || got[1] != 390 {
		t.Errorf("boundaries %v, want one at the ruling, 390", got)
	}
	if inner := columns.Interior(found, box, page.Size); len(inner) != 1 {
		t.Errorf("%d rulings between columns, want 1", len(inner))
	}
}
