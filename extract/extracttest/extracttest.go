// Package extracttest makes pages for tests of extraction.
package extracttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"ocr-gateway/document"
)

// Line is a line of a page: its left top corner, in pixels, and its text.
type Line = struct {
	X, Y int
	Text string
}

// The size of a line, in pixels.
const (
	lineHeight = 24
	charWidth  = 11
)

// Today is the day of the tests.
var Today = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// The specimens of machine-readable zones in ICAO Doc 9303 parts 4, 5 and 6.
var (
	TD3 = []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}
	TD1 = []string{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}
	TD2 = []string{"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"}
)

// Page returns a page with lines; lines that follow each other closely in one column
// are one region.
func Page(number int, lines ...Line) document.PageResult {
	p := blank(number)
	for i, l := range lines {
		box := document.BBox{l.X, l.Y, l.X + charWidth*len([]rune(l.Text)), l.Y + lineHeight}
		if i == 0 || l.X != lines[i-1].X || l.Y-lines[i-1].Y > 2*lineHeight {
			p.Regions = append(p.Regions, document.Region{ID: fmt.Sprintf("p%dr%d", number, len(p.Regions)+1), Type: document.RegionText, BBox: box})
		}
		r := &p.Regions[len(p.Regions)-1]
		r.Lines = append(r.Lines, document.Line{BBox: box, Text: l.Text})
		r.BBox = document.BoxOf(r.BBox.Rect().Union(box.Rect()))
	}
	return p
}

// Grid returns a page with one table, each cell a line of its own, "" an empty cell.
func Grid(number int, rows ...[]string) document.PageResult {
	p := blank(number)
	r := document.Region{ID: fmt.Sprintf("p%dr1", number), Type: document.RegionTable, Grid: &document.Grid{Rows: len(rows)}}
	for y, row := range rows {
		r.Grid.Cols = max(r.Grid.Cols, len(row))
		for x, text := range row {
			c := document.Cell{Row: y, Col: x, RowSpan: 1, ColSpan: 1}
			if text != "" {
				c.Lines = []int{len(r.Lines)}
				r.Lines = append(r.Lines, document.Line{BBox: document.BBox{200 * x, 40 * y, 200*x + charWidth*len(text), 40*y + lineHeight}, Text: text})
			}
			r.Grid.Cells = append(r.Grid.Cells, c)
		}
	}
	p.Regions = []document.Region{r}
	return p
}

// HTML returns a page with one table as a model writes it.
func HTML(number int, content string) document.PageResult {
	p := blank(number)
	p.Regions = []document.Region{
		{ID: fmt.Sprintf("p%dr1", number), Type: document.RegionTable, BBox: document.BBox{1, 2, 3, 4}, Format: document.FormatHTML, Content: content},
	}
	return p
}

func blank(number int) document.PageResult {
	return document.PageResult{Number: number, Status: document.StatusOK, Width: 1240, Height: 1754, Engine: "fake"}
}

// WantJSON compares JSON without regard to white space.
func WantJSON(t *testing.T, got []byte, want string) {
	t.Helper()
	var a, b any
	if err := errors.Join(json.Unmarshal(got, &a), json.Unmarshal([]byte(want), &b)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("data\n  %s\nwant\n  %s", got, want)
	}
}
