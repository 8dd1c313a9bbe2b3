package htmltable

import (
	"fmt"
	"strings"
	"testing"
)

// show writes rows as lines, cells with bars before them, loose text without.
func show(tables []Table) string {
	var b strings.Builder
	for i, t := range tables {
		if i > 0 {
			b.WriteString("--\n")
		}
		for _, row := range t.Rows {
			b.WriteString(row.Loose)
			for _, c := range row.Cells {
				b.WriteString("|" + c.Text)
				if c.RowSpan != 1 || c.ColSpan != 1 {
					fmt.Fprintf(&b, "(%dx%d)", c.RowSpan, c.ColSpan)
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for source, want := range map[string]string{
		"":     "",
		"text": "text\n",
		"<table><tr><th>a</th><td>b<br>c &amp;  d</td></tr><tr></tr></table>":                  "|a|b c & d\n\n",
		"<TABLE class=x><TR><TD ROWSPAN='2' colspan=\"3\">a<TD>b":                              "|a(2x3)|b\n",
		"<table><caption>Prices</caption><thead><tr><td>a</td></tr></thead></table> in euros":  "Prices\n|a\nin euros\n",
		"<table><tr><td>a<b</td><td>x < 5 & y</td></tr></table>":                               "|a<b|x < 5 & y\n",
		"<table><tr><td>a</td><td rowspan=0 colspan=99999>b":                                   "|a|b(1x9999)\n",
		"<table><tr><td>a<table><tr><td>in</td></tr></table>after</td><td>b</td></tr></table>": "|a\n--\n|in\nafter\n|b\n",
		"<table><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table>":                 "|a\n--\n|b\n",
		"<tr><td>no table</td></tr><td>no row":                                                 "|no table|no row\n",
		"<table><tr><td>cut off in a t":                                                        "|cut off in a t\n",
		"<table><tr><td>cut off in a <b":                                                       "|cut off in a <b\n",
		"<table><tr><td>a</td>between<td>b</td></tr></table>":                                  "|a\nbetween\n|b\n",
		"<trial><thing>": "",
	} {
		if got := show(Read(source)); got != want {
			t.Errorf("%s: got\n%swant\n%s", source, got, want)
		}
	}
}

func TestGrid(t *testing.T) {
	for source, want := range map[string]string{
		"<table><tr><th>a<td rowspan=2>b<tr><td>c<td>d</table>":          "2x3: a@0,0 b@0,1(2x1) c@1,0 d@1,2",
		"<table><tr><td colspan=2>a<td>b<tr><td>c</table>":               "2x3: a@0,0(1x2) b@0,2 c@1,0",
		"<table><caption>x</caption><tr><td rowspan=9>a</table>y":        "1x1: a@0,0",
		"<table><tr><td colspan=9999>a<td>left out<tr><td>b</table>":     "2x1000: a@0,0(1x1000) b@1,0",
		"<table><tr><td rowspan=2 colspan=2>a<tr><tr><td>b<td>c</table>": "3x2: a@0,0(2x2) b@2,0 c@2,1",
		"loose": "0x0:",
	} {
		cells, rows, cols := Read(source)[0].Grid()
		got := fmt.Sprintf("%dx%d:", rows, cols)
		for _, c := range cells {
			got += fmt.Sprintf(" %s@%d,%d", c.Text, c.Row, c.Col)
			if c.RowSpan != 1 || c.ColSpan != 1 {
				got += fmt.Sprintf("(%dx%d)", c.RowSpan, c.ColSpan)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// FuzzRead wants every word that people see of a source, in its order.
func FuzzRead(f *testing.F) {
	f.Add("<table><caption>c</caption><tr><td rowspan=2>a<br>b</td>x<th>&lt;</table>y<td>z")
	f.Add("a<b</td>&am<i>p;<tr")
	f.Fuzz(func(t *testing.T, source string) {
		var words []string
		for _, table := range Read(source) {
			for _, row := range table.Rows {
				words = append(words, strings.Fields(row.Loose)...)
				for _, c := range row.Cells {
					words = append(words, strings.Fields(c.Text)...)
				}
			}
		}
		if got, want := strings.Join(words, " "), visible(source); got != want {
			t.Errorf("%q: read %q, there is %q", source, got, want)
		}
	})
}
