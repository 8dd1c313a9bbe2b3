package verified

import (
	"strings"
	"testing"

	"ocr-gateway/document"
)

// printed are the lines of a table: cells with a bar between them, 100 pixels wide.
func printed(rows ...string) (lines []document.LayerLine) {
	for y, row := range rows {
		for x, text := range strings.Split(row, "|") {
			if text = strings.TrimSpace(text); text != "" {
				lines = append(lines, layerLine(text, document.BBox{100*x + 10, 30 * y, 100*x + 90, 30*y + 20}))
			}
		}
	}
	return lines
}

func TestDigitsAreSetRight(t *testing.T) {
	const table = `<table><thead><tr><th>Item</th><th>2023</th><th>2024</th></tr></thead><tbody><tr><td>Bolts &amp; nuts</td><td>1,234.50</td><td>−17</td></tr><tr><td>M8</td><td></td><td>980</td></tr></tbody></table>`
	good := []string{"Item|2023|2024", "Bolts & nuts|1,234.50|-17", "M8||980"}
	for name, c := range map[string]struct {
		table string
		rows  []string
		want  string // empty for the table as it is
		n     int
	}{
		"all is right":            {table, good, table, 0},
		"a digit":                 {strings.Replace(table, "1,234", "1,284", 1), good, table, 1},
		"two in a cell":           {strings.Replace(table, "980", "908", 1), good, table, 2},
		"spans":                   {`<table><tr><td rowspan="2">A</td><td colspan=2>101112131415</td></tr><tr><td>16</td><td>18</td></tr></table>`, []string{"A|101112131415", "|16|17"}, `<table><tr><td rowspan="2">A</td><td colspan=2>101112131415</td></tr><tr><td>16</td><td>17</td></tr></table>`, 1},
		"a cell of two words":     {`<table><tr><td>Bolt M8 100 200 300</td><td>41</td></tr></table>`, []string{"Bolt M8 100 200 300|40"}, `<table><tr><td>Bolt M8 100 200 300</td><td>40</td></tr></table>`, 1},
		"a letter differs":        {strings.Replace(strings.Replace(table, "M8", "N8", 1), "980", "981", 1), good, "", 0},
		"a digit more":            {strings.Replace(table, "980", "9800", 1), good, "", 0},
		"a row is missing":        {table, good[:2], "", 0},
		"a line too many":         {table, append(good[:3:3], "Sum|1|2"), "", 0},
		"too many differ":         {strings.NewReplacer("2023", "1999", "2024", "1998").Replace(table), good, "", 0},
		"rows in columns":         {`<table><tr><td>12 34</td><td>56</td></tr></table>`, []string{"12|56", "34"}, "", 0},
		"columns overlap":         {`<table><tr><td>1111111111</td><td>22</td></tr><tr><td>3</td><td>4</td></tr></table>`, []string{"1111111111|2|2", "|3|4"}, "", 0},
		"loose text":              {`<table>12<tr><td>34</td></tr></table>`, []string{"12", "35"}, "", 0},
		"a table in a cell":       {`<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>`, []string{"2"}, "", 0},
		"no table":                {"12 34", []string{"12|35"}, "", 0},
		"markup in a cell":        {`<table><tr><td>a<sup>2</sup> 5</td><td>10000000</td></tr></table>`, []string{"a2 5|10000001"}, `<table><tr><td>a<sup>2</sup> 5</td><td>10000001</td></tr></table>`, 1},
		"a digit as an entity":    {`<table><tr><td>&#49;0</td><td>7</td></tr></table>`, []string{"20|7"}, "", 0},
		"more squares than there": {`<table><tr><td rowspan=999 colspan=999>1</td><td rowspan=999 colspan=999>1</td><td rowspan=999 colspan=999>1</td></tr></table>`, []string{"1|1|2"}, "", 0},
	} {
		got, n := digitsRight(c.table, printed(c.rows...))
		want := c.want
		if want == "" {
			want = c.table
		}
		if got != want || n != c.n {
			t.Errorf("%s: %d set right, want %d:\n%s\n%s", name, n, c.n, got, want)
		}
	}
}

// FuzzDigits wants nothing but digits to be changed in a table, and no more than are counted.
func FuzzDigits(f *testing.F) {
	f.Add("<table><tr><td>1 a</td><td>2</td></tr></table>", "1 a|3")
	f.Add("<table><tr><th rowspan=2>&lt;5</th><td>&#50;", "<5|2")
	f.Add("<td>1<td>2</table><table>", "1|2")
	f.Fuzz(func(t *testing.T, table, rows string) {
		got, n := digitsRight(table, printed(strings.Split(rows, "\n")...))
		changed := 0
		if len(got) != len(table) {
			t.Fatalf("%q became %q", table, got)
		}
		for i := range got {
			if got[i] != table[i] {
				changed++
				if !isDigit(rune(got[i])) || !isDigit(rune(table[i])) {
					t.Fatalf("%q became %q", table, got)
				}
			}
		}
		if changed != n {
			t.Fatalf("%d changed, %d counted", changed, n)
		}
	})
}
