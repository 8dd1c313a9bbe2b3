package prose_test

import (
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/prose"
)

// printed sets rows of text as a printer would: 10 pixels a character, 30 a row.
// Leading spaces indent; an empty row leaves a gap.
func printed(rows ...string) []document.Line {
	var lines []document.Line
	for i, r := range rows {
		text := strings.TrimLeft(r, " ")
		if text == "" {
			continue
		}
		indent := len(r) - len(text)
		n := 0
		for _, c := range text {
			n++
			if c > 0x2e80 {
				n++ // full width
			}
		}
		y := i * 30
		confidence := 0.9
		lines = append(lines, document.Line{
			Text: text, Confidence: &confidence,
			BBox: document.BBox{indent * 10, y, (indent + n) * 10, y + 26},
		})
	}
	return lines
}

// written is lines as a region of flowing text.
func written(lines []document.Line) string {
	text, _ := prose.Write(document.Region{Type: document.RegionText, Lines: lines}, document.TaskText)
	return text
}

func TestParagraphs(t *testing.T) {
	for name, c := range map[string]struct {
		rows []string
		want string
	}{
		"justified text flows": {
			[]string{"The quick brown fox jumps over the lazy dog", "and runs into the forest where nobody finds", "it."},
			"The quick brown fox jumps over the lazy dog and runs into the forest where nobody finds it.",
		},
		"pairs of single quotation marks are double ones": {
			[]string{"a form of ‘‘noblesse oblige’’, it’s said, ‘in vogue’"}, "a form of “noblesse oblige”, it’s said, ‘in vogue’",
		},
		"hyphen is mended": {
			[]string{"text is found by recog-", "nition of its lines and"}, "text is found by recognition of its lines and",
		},
		"so does one that begins in lower case": {
			[]string{"the rule is well-known, self-evident and non-", "negotiable in the harbour"}, "the rule is well-known, self-evident and non-negotiable in the harbour",
		},
		"numbered items stay rows": {
			[]string{"Before we leave, all of us have things to do:", "1. Buy the tickets", "2. Pack the bags", "a) the large bag", "b) the small bag", "3. Lock the door of the house and of the shed"},
			"Before we leave, all of us have things to do:\n1. Buy the tickets\n2. Pack the bags\na) the large bag\nb) the small bag\n3. Lock the door of the house and of the shed",
		},
		"lists within lists are indented": {
			[]string{"• Clothes", "     • Rain jacket", "     • Two jumpers", "          • one of wool", "• Food"},
			"• Clothes\n   • Rain jacket\n   • Two jumpers\n      • one of wool\n• Food",
		},
		"a year is no item": {
			[]string{"The lighthouse was built of granite in the year", "1862. Its lamp burned oil for many years and"}, "The lighthouse was built of granite in the year 1862. Its lamp burned oil for many years and",
		},
		"entries of a contents page stay rows": {
			[]string{"Preface of the first edition … vii", "the island and its harbour … 27", "Index … 117"}, "Preface of the first edition … vii\nthe island and its harbour … 27\nIndex … 117",
		},
		"rows of a bill stay rows": {
			[]string{"2 x Coffee with milk and oats  5,00", "1 x Bun (raisin, or seeds)     2,20", "Deposit [cup], to be given back 0,50 A", "Total of all that you have taken 7,70 EUR"},
			"2 x Coffee with milk and oats  5,00\n1 x Bun (raisin, or seeds)     2,20\nDeposit [cup], to be given back 0,50 A\nTotal of all that you have taken 7,70 EUR",
		},
		"prices in prose are no rows": {
			[]string{"The fare for adults on this line is 8.50", "and for children who travel alone it is half", "of that, plus a fee for the bicycle of 3.00."},
			"The fare for adults on this line is 8.50 and for children who travel alone it is half of that, plus a fee for the bicycle of 3.00.",
		},
		"options stay rows": {
			[]string{"[x] I want to receive the letter of the club", "[ ] and the yearbook, which costs four euros"},
			"[x] I want to receive the letter of the club\n[ ] and the yearbook, which costs four euros",
		},
		"compound keeps its hyphen": {
			[]string{"odds ratio for non-", "Hodgkin lymphoma of"}, "odds ratio for non-Hodgkin lymphoma of",
		},
		"dash is no hyphen": {
			[]string{"the second world war -", "and what came after it"}, "the second world war - and what came after it",
		},
		"short row ends a paragraph": {
			[]string{"The first paragraph is longer than one row", "of text.", "The second paragraph follows at once and is", "long, too."},
			"The first paragraph is longer than one row of text.\nThe second paragraph follows at once and is long, too.",
		},
		"indent begins a paragraph": {
			[]string{"The first paragraph fills its rows to the end.", "   The second one is set in, as in books, and is", "long, too."},
			"The first paragraph fills its rows to the end.\nThe second one is set in, as in books, and is long, too.",
		},
		"address": {
			[]string{"Erika Mustermann", "Heidestraße 17", "51147 Köln"}, "Erika Mustermann\nHeidestraße 17\n51147 Köln",
		},
		"numbered list": {
			[]string{"1. Open the valve at the far end of the pipe", "and wait.", "2. Close the valve."},
			"1. Open the valve at the far end of the pipe and wait.\n2. Close the valve.",
		},
		"bullets": {
			[]string{"• a first point that is as long as its column", "• a second point that is as long as the first"},
			"• a first point that is as long as its column\n• a second point that is as long as the first",
		},
		"year at a row's start is no list": {
			[]string{"The treaty was signed in the autumn of the year", "1990. It was kept by both sides for a long time", "after."},
			"The treaty was signed in the autumn of the year 1990. It was kept by both sides for a long time after.",
		},
		"chinese joins without spaces": {
			[]string{"强力去污符合国标强力去污符合国标", "深度防冻不结冰"}, "强力去污符合国标强力去污符合国标深度防冻不结冰",
		},
		"chinese beside latin": {
			[]string{"我们使用的模型来自", "ONNX 运行时的模型库"}, "我们使用的模型来自 ONNX 运行时的模型库",
		},
		"right-aligned letter head": {
			[]string{"INVOICE               Harbour Street Bindery", "                           17 Harbour Street", "                                      Whitby"},
			"INVOICE               Harbour Street Bindery\n17 Harbour Street\nWhitby",
		},
		"row of a skewed scan ends early": {
			[]string{"A scanner rarely sees a sheet of paper as", "its author did. The sheet lies a little askew."},
			"A scanner rarely sees a sheet of paper as its author did. The sheet lies a little askew.",
		},
		"entries in lower case": {
			[]string{"bread", "salt", "two candles and a lamp"}, "bread\nsalt\ntwo candles and a lamp",
		},
		"empty": {nil, ""},
	} {
		if got := written(printed(c.rows...)); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

func TestLinesOnOneRowAreJoined(t *testing.T) {
	lines := []document.Line{
		{Text: "Total", BBox: document.BBox{0, 0, 50, 26}},
		{Text: "12.50", BBox: document.BBox{200, 2, 250, 28}},
		{Text: "", BBox: document.BBox{300, 2, 350, 28}},
	}
	if got := prose.OneLine(lines); got != "Total 12.50" {
		t.Errorf("got %q", got)
	}
}

func TestDropCaps(t *testing.T) {
	for _, c := range [][3]string{
		{"O", "ver the past decades", "Over the past decades rain fell"},
		{"T", "HE LAST of them", "THE LAST of them rain fell"},
		{"I", "t was late and", "It was late and rain fell"},
		{"A", "man came home and", "A man came home and rain fell"},
		{"É", "tant donné que", "Étant donné que rain fell"},
		{"7", "days of summer", "7 days of summer rain fell"},
	} {
		lines := []document.Line{
			{Text: c[0], BBox: document.BBox{0, 0, 60, 66}},
			{Text: c[1], BBox: document.BBox{50, 0, 500, 26}},
			{Text: "rain fell", BBox: document.BBox{50, 30, 500, 56}},
		}
		if got := written(lines); got != c[2] {
			t.Errorf("%q, want %q", got, c[2])
		}
	}
}

func TestRowsOfABillStayRows(t *testing.T) {
	var lines []document.Line
	for i, row := range [][2]string{{"2 x Coffee with milk and sugar", "5.60"}, {"1 x apple cake", "3.90"}, {"TOTAL EUR", "9.50"}} {
		left, right := printed(row[0])[0], printed(row[1])[0]
		left.BBox[1], left.BBox[3] = 30*i, 30*i+26
		right.BBox = document.BBox{500, 30 * i, 540, 30*i + 26}
		lines = append(lines, left, right)
	}
	if got, want := written(lines), "2 x Coffee with milk and sugar 5.60\n1 x apple cake 3.90\nTOTAL EUR 9.50"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCompose(t *testing.T) {
	lines := []document.Line{
		{Text: "Item", BBox: document.BBox{0, 0, 40, 26}},
		{Text: "Price <EUR>", BBox: document.BBox{100, 0, 200, 26}},
		{Text: "Tea", BBox: document.BBox{0, 30, 40, 56}},
		{Text: "4", BBox: document.BBox{100, 30, 120, 56}},
	}
	grid := &document.Grid{Rows: 3, Cols: 2, Cells: []document.Cell{
		{Row: 0, Col: 0, RowSpan: 1, ColSpan: 1, Header: true, Lines: []int{0}},
		{Row: 0, Col: 1, RowSpan: 1, ColSpan: 1, Header: true, Lines: []int{1}},
		{Row: 1, Col: 0, RowSpan: 2, ColSpan: 1, Lines: []int{2}},
		{Row: 1, Col: 1, RowSpan: 1, ColSpan: 1, Lines: []int{3, 99}},
		{Row: 2, Col: 1, RowSpan: 1, ColSpan: 1},
	}}
	table := document.Region{Type: document.RegionTable, Lines: lines, Grid: grid}
	for name, c := range map[string]struct {
		region document.Region
		task   document.Task
		want   string
		format document.ContentFormat
	}{
		"table": {table, document.TaskDocument, "<table>\n<tr><th>Item</th><th>Price &lt;EUR&gt;</th></tr>\n" +
			"<tr><td rowspan=\"2\">Tea</td><td>4</td></tr>\n<tr><td></td></tr>\n</table>", document.FormatHTML},
		"table as text":    {table, document.TaskText, "Item  Price <EUR>\nTea  4", document.FormatText},
		"table of no grid": {document.Region{Type: document.RegionTable, Lines: lines}, document.TaskTable, "Item  Price <EUR>\nTea  4", document.FormatText},
		"title":            {document.Region{Type: document.RegionTitle, Lines: printed("A Title", "in Rows")}, "", "A Title in Rows", document.FormatText},
		"code": {
			document.Region{Type: document.RegionCode, Lines: printed("if x {", "    return y", "}")},
			"",
			"if x {\n    return y\n}", document.FormatText,
		},
	} {
		got, format := prose.Write(c.region, c.task)
		if got != c.want || format != c.format {
			t.Errorf("%s: got %s\n%s\nwant %s\n%s", name, format, got, c.format, c.want)
		}
	}
}
