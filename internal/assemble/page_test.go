package assemble_test

import (
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
	"ocr-gateway/internal/assemble/assembletest"
)

var (
	page = assembletest.Page
	show = assembletest.Show
)

func TestPlainMendsOnlySplitWords(t *testing.T) {
	p := page(1, "text: • a ..... exam-", "text: ple $ x $\n1.x")
	assemble.Plain(&p)
	if got, want := show(p), "• a ..... example $ x $\n1.x|p1r1|"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// html writes rows of cells: "A B/c d", a row in upper case being a header.
func html(rows string) string {
	var b strings.Builder
	b.WriteString("<table>")
	for row := range strings.SplitSeq(rows, "/") {
		b.WriteString("<tr>")
		for cell := range strings.SplitSeq(row, " ") {
			tag := "td"
			if strings.ToUpper(row) == row && strings.ToLower(row) != row {
				tag = "th"
			}
			b.WriteString("<" + tag + ">" + cell + "</" + tag + ">")
		}
		b.WriteString("</tr>")
	}
	return b.String() + "</table>"
}

func TestJoinTables(t *testing.T) {
	whole := func(n int, rows string) document.PageResult { return page(n, "table: "+html(rows)) }
	joined := func(rows string) string {
		return strings.NewReplacer("<table>", "<table><tbody>", "</table>", "</tbody></table>").Replace(html(rows))
	}
	table := "table: "
	for name, tc := range map[string]struct {
		pages   []document.PageResult
		want    string
		changed []int
	}{
		"goes on":               {[]document.PageResult{page(1, "text: t", table+html("A B/c d")), page(2, table+html("e f"), "text: u")}, "t|" + joined("A B/c d/e f") + "|\np1r2|u|\n", []int{0, 1}},
		"over three pages":      {[]document.PageResult{whole(1, "A B/c d"), whole(2, "e f"), whole(3, "g h")}, joined("A B/c d/e f/g h") + "|\np1r1|\np1r1|\n", []int{0, 1, 2}},
		"header repeated":       {[]document.PageResult{whole(1, "A B/c d"), whole(2, "A B/e f")}, joined("A B/c d/e f") + "|\np1r1|\n", []int{0, 1}},
		"header as common row":  {[]document.PageResult{whole(1, "a b/c d"), whole(2, "a b/e f")}, joined("a b/c d/e f") + "|\np1r1|\n", []int{0, 1}},
		"only the header again": {[]document.PageResult{whole(1, "A B/c d"), whole(2, "A B")}, joined("A B/c d") + "|\np1r1|\n", []int{0, 1}},
		"furniture between":     {[]document.PageResult{page(1, table+html("a b"), "footnote: n", "footer: 1"), page(2, "header: h", "caption: Table 1 (continued)", table+html("c d"))}, joined("a b/c d") + "|n|1|\nh|Table 1 (continued)|p1r1|\n", []int{0, 1}},
		"then two tables":       {[]document.PageResult{whole(1, "a b"), page(2, table+html("c d"), table+html("e f")), whole(3, "g h")}, joined("a b/c d") + "|\np1r1|" + joined("e f/g h") + "|\np2r2|\n", []int{0, 1, 2}},
		"other header":          {[]document.PageResult{whole(1, "A B/c d"), whole(2, "A C/e f")}, html("A B/c d") + "|\n" + html("A C/e f") + "|\n", nil},
		"other columns":         {[]document.PageResult{whole(1, "a b"), whole(2, "e f g")}, html("a b") + "|\n" + html("e f g") + "|\n", nil},
		"text between":          {[]document.PageResult{page(1, table+html("a b"), "text: t"), whole(2, "e f")}, html("a b") + "|t|\n" + html("e f") + "|\n", nil},
		"other caption":         {[]document.PageResult{whole(1, "a b"), page(2, "caption: Table 2", table+html("e f"))}, html("a b") + "|\nTable 2|" + html("e f") + "|\n", nil},
		"page missing":          {[]document.PageResult{whole(1, "a b"), whole(3, "e f")}, html("a b") + "|\n" + html("e f") + "|\n", nil},
		"empty page between":    {[]document.PageResult{whole(1, "a b"), page(2), whole(3, "e f")}, html("a b") + "|\n\n" + html("e f") + "|\n", nil},
		"span over the end": {
			[]document.PageResult{page(1, `table: <table><tr><td rowspan="2">a</td><td>b</td></tr></table>`), whole(2, "e f")},
			`<table><tr><td rowspan="2">a</td><td>b</td></tr></table>|` + "\n" + html("e f") + "|\n", nil,
		},
		"spans": {
			[]document.PageResult{page(1, `table: <table><tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr></table>`), page(2, `table: <table><tr class="x"><td colspan=2>d</td></tr></table>`)},
			`<table><tbody><tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr><tr class="x"><td colspan=2>d</td></tr></tbody></table>|` + "\np1r1|\n",
			[]int{0, 1},
		},
		"thead": {
			[]document.PageResult{page(1, "table: <table><thead><tr><td>a</td></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"), page(2, "table: <table><thead><tr><td>a</td></tr></thead><tbody><tr><td>c</td></tr></tbody></table>")},
			"<table><thead><tr><td>a</td></tr></thead><tbody><tr><td>b</td></tr><tr><td>c</td></tr></tbody></table>|\np1r1|\n",
			[]int{0, 1},
		},
		"not a table": {[]document.PageResult{page(1, "table: <table>x</table>"), page(2, "table: <table>x</table>")}, "<table>x</table>|\n<table>x</table>|\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			changed := assemble.JoinTables(tc.pages)
			var got strings.Builder
			for _, p := range tc.pages {
				got.WriteString(show(p) + "\n")
			}
			if got.String() != tc.want || !slices.Equal(changed, tc.changed) {
				t.Errorf("changed %v, want %v\n%s\nwant\n%s", changed, tc.changed, got.String(), tc.want)
			}
		})
	}
}

func TestTablesWithOtherEdgesStayApart(t *testing.T) {
	pages := []document.PageResult{page(1, "table: "+html("a b")), page(2, "table: "+html("c d"))}
	pages[1].Regions[0].BBox[2] -= 51
	if changed := assemble.JoinTables(pages); changed != nil {
		t.Errorf("changed %v: %s", changed, show(pages[0]))
	}
}

func TestTableMarkdown(t *testing.T) {
	row := func(cells string) string { return "<table><tr><th>H</th></tr><tr>" + cells + "</tr></table>" }
	for in, want := range map[string]string{
		html("A B/c d"): "| A | B |\n| --- | --- |\n| c | d |",
		html("a b/c d"): "|  |  |\n| --- | --- |\n| a | b |\n| c | d |",
		"<table>\n <thead><tr><td>a</td></tr></thead>\n<tbody><tr><td> b\n c </td></tr></tbody></table>\n": "| a |\n| --- |\n| b c |",
		"<table><tr><th>A</th><th>B</th></tr><tr><td>c</td></tr></table>":                                  "| A | B |\n| --- | --- |\n| c |  |",
		row("<td>a|b &lt;i> &amp; &amp;lt; x&#178; 1 < 2</td>"):                                            "| H |\n| --- |\n| a\\|b &lt;i> & &amp;lt; x² 1 < 2 |",
		row("<td rowspan=1>H<sub>2</sub>O $x_1$</td>"):                                                     "| H |\n| --- |\n| H<sub>2</sub>O $x_1$ |",
		html("A/B/c"):                         "", // two header rows
		row("<td colspan=2>a</td>"):           "",
		row(`<td rowspan="2">a</td>`):         "",
		row(`<td rowspan="x">a</td>`):         "",
		row(`<td rowspan="0">a</td>`):         "",
		row("<td>a<br>b</td>"):                "",
		row("<td><p>a</p></td>"):              "",
		row("<td><ul><li>a</ul></td>"):        "",
		row("<td><table></table></td>"):       "",
		row("<td><a href=x>a</a></td>"):       "",
		row("<td><script>a</script></td>"):    "",
		row("<td><!-- a --></td>"):            "",
		row(`<td>$\|x\|$</td>`):               "",
		row(`<td>a\</td>`):                    "",
		row("<th>row</th><td>a</td>"):         "",
		"<table><caption>c</caption></table>": "",
		"<table><tr>x<td>a</td></tr></table>": "",
		"<table><tr><td>a</tr></table>":       "",
		"<table><tr><td>a</td>":               "",
		"<table></table>":                     "",
		"<table><tr></tr></table>":            "",
		html("a") + html("b"):                 "",
		html("a") + "text":                    "",
		"text":                                "",
		"":                                    "",
	} {
		t.Run(in, func(t *testing.T) {
			got, ok := assemble.TableMarkdown(in)
			if ok != (want != "") || ok && got != want {
				t.Errorf("%v %q, want %q", ok, got, want)
			}
		})
	}
}

func FuzzTables(f *testing.F) {
	for _, s := range []string{html("A B/c d"), "<table><tr><td rowspan=0 colspan=999>", "<table><tr><td>a|b</td></tr></table>", "<table><thead></thead></table>", "<table a='</table>'>"} {
		f.Add(s, html("a b"))
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if md, ok := assemble.TableMarkdown(a); ok {
			bars := -1
			for line := range strings.SplitSeq(md, "\n") {
				n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
				if bars >= 0 && n != bars {
					t.Errorf("%q became ragged: %q", a, md)
				}
				bars = n
			}
		}
		cells := strings.Count(a+b, "</td>") + strings.Count(a+b, "</th>")
		pages := []document.PageResult{page(1, "table: "+a), page(2, "table: "+b)}
		if assemble.JoinTables(pages) != nil {
			got := strings.Count(pages[0].Regions[0].Content, "</td>") + strings.Count(pages[0].Regions[0].Content, "</th>")
			if got > cells || got == 0 {
				t.Errorf("%q and %q became %q", a, b, pages[0].Regions[0].Content)
			}
		}
	})
}

func BenchmarkJoinTables(b *testing.B) {
	rows := html(strings.TrimSuffix(strings.Repeat("1 2 3 4 5 6/", 40), "/"))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		var pages []document.PageResult
		for i := range 100 {
			pages = append(pages, page(i+1, "table: "+rows))
		}
		b.StartTimer()
		assemble.JoinTables(pages)
	}
}
