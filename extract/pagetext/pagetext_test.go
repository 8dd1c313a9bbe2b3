package pagetext_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/extract/extracttest"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/internal/cputime"
)

func TestLines(t *testing.T) {
	page := extracttest.Page(1, extracttest.Line{X: 100, Y: 100, Text: " Total "}, extracttest.Line{X: 100, Y: 400, Text: " "})
	page.Regions = append(page.Regions,
		document.Region{ID: "p1r3", BBox: document.BBox{1, 2, 3, 4}, Content: "first\n\nsecond"},
		document.Region{ID: "p1r4", Format: document.FormatHTML, Content: "<table><tr><td>A &amp; B</td><td>7<br/>8</td></tr></table>"})
	block := 0
	lines, cut := pagetext.Lines(&page, &block)
	var got []string
	for _, l := range lines {
		got = append(got, l.Region+" "+l.Text)
	}
	if want := []string{"p1r1 Total", "p1r3 first", "p1r3 second", "p1r4 A & B", "p1r4 7", "p1r4 8"}; !slices.Equal(got, want) || cut || block != 4 {
		t.Errorf("got %q, cut %v, %d regions", got, cut, block)
	}
	if l := lines[1]; l.Box != (document.BBox{1, 2, 3, 4}) || l.Key != "first" || l.Height() != 2 {
		t.Errorf("line %+v", l)
	}
	page.Regions = []document.Region{{Content: strings.Repeat("x\n", pagetext.MaxPageLines)}}
	if lines, cut := pagetext.Lines(&page, &block); cut || len(lines) != pagetext.MaxPageLines {
		t.Errorf("%d lines, cut %v", len(lines), cut)
	}
	page.Regions = append(page.Regions, document.Region{Content: "x"})
	if lines, cut := pagetext.Lines(&page, &block); !cut || len(lines) != pagetext.MaxPageLines {
		t.Errorf("%d lines, cut %v", len(lines), cut)
	}
}

func TestLocate(t *testing.T) {
	page := extracttest.Page(1,
		extracttest.Line{X: 100, Y: 100, Text: "Müller & Söhne"}, extracttest.Line{X: 100, Y: 130, Text: "10115 Berlin"},
		extracttest.Line{X: 100, Y: 400, Text: "Tagung"}, extracttest.Line{X: 100, Y: 600, Text: "Summe: -1.234,50 EUR"})
	block := 0
	lines, _ := pagetext.Lines(&page, &block)
	at := pagetext.NewLocator(lines, printed.Locale{Decimal: printed.DecimalComma})
	for _, tc := range []struct {
		value any
		text  string
	}{
		{"MULLER SOHNE", "Müller & Söhne"},
		{"söhne, 10115 Berlin", "Müller & Söhne\n10115 Berlin"},
		{"Berlin Tagung", ""}, // stands in two regions
		{"EUR", "Summe: -1.234,50 EUR"},
		{json.Number("1234.5"), "Summe: -1.234,50 EUR"},
		{json.Number("-1234.5"), "Summe: -1.234,50 EUR"},
		{json.Number("1234"), ""},
		{json.Number("1e999"), ""},
		{"", ""},
		{true, ""},
	} {
		got := at.Locate(tc.value)
		if (got != nil) != (tc.text != "") || got != nil && got.Text != tc.text {
			t.Errorf("%v: %+v", tc.value, got)
		}
	}
}

// TestLocateWantsWholeWords: a value that is only a part of longer words has no place.
func TestLocateWantsWholeWords(t *testing.T) {
	page := extracttest.Page(1,
		extracttest.Line{X: 100, Y: 130, Text: "Rechnungs-"}, extracttest.Line{X: 100, Y: 160, Text: "nummer RE4711"},
		extracttest.Line{X: 100, Y: 400, Text: "EUR100 auf A4, Vortag und Tag, 123456"}, extracttest.Line{X: 100, Y: 600, Text: "住所：東京都千代田区"},
		extracttest.Line{X: 100, Y: 800, Text: "Le Havre, le 3 mai"}, extracttest.Line{X: 100, Y: 1000, Text: "unhappy"}, extracttest.Line{X: 100, Y: 1200, Text: "Tagung der Hauptstelle"})
	block := 0
	lines, _ := pagetext.Lines(&page, &block)
	at := pagetext.NewLocator(lines, printed.Locale{Decimal: printed.DecimalComma})
	for value, text := range map[string]string{
		"Tag":             "EUR100 auf A4, Vortag und Tag, 123456", // neither in Tagung nor in Vortag
		"Haupt":           "",
		"stelle":          "",
		"Stelle":          "",
		"Hauptstelle":     "Tagung der Hauptstelle",
		"Rechnung":        "",
		"Rechnungsnummer": "Rechnungs-\nnummer RE4711",
		"4711":            "nummer RE4711",
		"RE 4711":         "nummer RE4711",
		"471":             "",
		"EUR":             "EUR100 auf A4, Vortag und Tag, 123456",
		"A":               "",
		"A4":              "EUR100 auf A4, Vortag und Tag, 123456",
		"2345":            "",
		"東京都":             "住所：東京都千代田区",
		"avre":            "",
		"le":              "Le Havre, le 3 mai",
		"app":             "",
	} {
		got := at.Locate(value)
		if (got != nil) != (text != "") || got != nil && got.Text != text {
			t.Errorf("%s: %+v, want %q", value, got, text)
		}
	}
}

// TestLocateTakesLinearTime where a value is a part of every word of a long line.
func TestLocateTakesLinearTime(t *testing.T) {
	page := extracttest.Page(1, extracttest.Line{X: 1, Y: 1, Text: strings.Repeat("xa ", 300_000)})
	block := 0
	lines, _ := pagetext.Lines(&page, &block)
	at := pagetext.NewLocator(lines, printed.Locale{})
	took := cputime.Of(t, func() {
		if got := at.Locate("a"); got != nil {
			t.Error("a part of words has a place")
		}
	})
	if took > 2*time.Second {
		t.Errorf("took %s", took)
	}
}

func FuzzLocate(f *testing.F) {
	f.Add("Tagung am Tag", "tag")
	f.Add("aaa aa a", "aa")
	f.Add("ßß N° 5 東京", "ss")
	f.Fuzz(func(t *testing.T, text, value string) {
		page := extracttest.Page(1, extracttest.Line{X: 1, Y: 1, Text: text}, extracttest.Line{X: 1, Y: 30, Text: value})
		block := 0
		lines, _ := pagetext.Lines(&page, &block)
		at := pagetext.NewLocator(lines, printed.Locale{})
		if got := at.Locate(value); got == nil && printed.Letters(value) != "" && len(lines) > 0 && lines[len(lines)-1].Key == printed.Letters(value) {
			t.Errorf("%q is a line and has no place", value)
		}
	})
}

func TestTables(t *testing.T) {
	html := `<td>before<table><tr><td rowspan="2">a<td colspan=2>b<tr><td>c</td><td> <b>d</b> &gt; e</table><table><TR><TH>f</table>` +
		`<table><tr><td>i<td rowspan=2>j<tr><td>k<tr><td>l<td>m`
	page := extracttest.HTML(1, html)
	page.Regions = append(page.Regions, extracttest.Grid(1, []string{"g", ""}, []string{"", "h"}).Regions...)
	var got []string
	tables, cut := pagetext.Tables(&page)
	for _, table := range tables {
		var rows []string
		for _, row := range table.Rows {
			var cells []string
			for _, c := range row {
				cells = append(cells, c.Text)
			}
			rows = append(rows, strings.Join(cells, "|"))
		}
		got = append(got, strings.Join(rows, "/"))
	}
	if want := []string{"before", "a|b/|c|d > e", "f", "i|j/k/l|m", "g/|h"}; !slices.Equal(got, want) || cut {
		t.Errorf("got %q, cut %v, want %q", got, cut, want)
	}
}

// TestLimitsOfTablesAreTold: of a list with more items than are searched nobody takes the first for all.
func TestLimitsOfTablesAreTold(t *testing.T) {
	row := func(cells int) string { return "<tr>" + strings.Repeat("<td>x", cells) }
	for name, tt := range map[string]struct {
		table string
		want  bool
	}{
		"the widest":    {row(pagetext.MaxTableColumns), false},
		"too wide":      {row(pagetext.MaxTableColumns + 1), true},
		"the longest":   {strings.Repeat(row(1), pagetext.MaxPageCells/2), false}, // a row takes one, too
		"too long":      {strings.Repeat(row(1), pagetext.MaxPageCells/2+1), true},
		"empty further": {row(pagetext.MaxTableColumns) + "<td>", false},
	} {
		page := extracttest.HTML(1, "<table>"+tt.table+"</table>")
		if _, cut := pagetext.Tables(&page); cut != tt.want {
			t.Errorf("%s: cut %v", name, cut)
		}
	}
}
