package format_test

import (
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/format"
)

// markdown writes no table but one, as "|".
var markdown = format.Markdown{Table: func(html string) (string, bool) { return "|", html == "<table>plain</table>" }}

func TestBlocks(t *testing.T) {
	for name, tc := range map[string]struct {
		region         document.Region
		markdown, text string
	}{
		"paragraph":     {document.Region{Content: "one line"}, "one line", "one line"},
		"broken lines":  {document.Region{Content: "12 High St\nLeeds"}, "12 High St  \nLeeds", "12 High St\nLeeds"},
		"list":          {document.Region{Content: "To do:\n• eat\n● sleep"}, "To do:\n- eat\n- sleep", "To do:\n• eat\n● sleep"},
		"paragraphs":    {document.Region{Content: "a\n\nb"}, "a\n\nb", "a\n\nb"},
		"caption":       {document.Region{Type: document.RegionTable, Format: document.FormatHTML, Content: "<table><caption>Prices</caption><tr><td>a</td><td>b</td></tr></table>"}, "<table><caption>Prices</caption><tr><td>a</td><td>b</td></tr></table>", "Prices\na\tb"},
		"code":          {document.Region{Type: document.RegionCode, Content: "if a<b:\n  # go"}, "```\nif a<b:\n  # go\n```", "if a<b:\n  # go"},
		"fenced code":   {document.Region{Content: "See\n```py\nif a<b:\n  # go\n```\nand\nso on"}, "See\n```py\nif a<b:\n  # go\n```\nand  \nso on", "See\n```py\nif a<b:\n  # go\n```\nand\nso on"},
		"nested list":   {document.Region{Content: "1. eat\n   a) bread\n   • soup\n      prose"}, "1. eat  \n   a) bread\n   - soup\nprose", "1. eat\n   a) bread\n   • soup\n      prose"},
		"lone bullet":   {document.Region{Content: "•"}, "•", "•"},
		"title":         {document.Region{Type: document.RegionTitle, Level: 2, Content: "A\nlong title"}, "## A long title", "A\nlong title"},
		"title level 0": {document.Region{Type: document.RegionTitle, Content: "T"}, "# T", "T"},
		"empty title":   {document.Region{Type: document.RegionTitle, Level: 1, Content: " "}, "", ""},
		"html in text":  {document.Region{Content: "a <b>x</b> 1 < 2 <script>"}, "a &lt;b>x&lt;/b> 1 < 2 &lt;script>", "a <b>x</b> 1 < 2 <script>"},
		"hash":          {document.Region{Content: "# 5 of 7"}, `\# 5 of 7`, "# 5 of 7"},
		"hashtag":       {document.Region{Content: "#5"}, "#5", "#5"},
		"formula":       {document.Region{Content: `x^2`, Format: document.FormatLaTeX}, "$$\nx^2\n$$", "x^2"},
		"picture":       {document.Region{Type: document.RegionImage}, "", ""},
		"table": {
			document.Region{Format: document.FormatHTML, Content: "<table><tr><th>A</th><td>1 &lt; 2</td></tr><tr><td colspan=\"2\">b<br>c</td></tr></table>"},
			"<table><tr><th>A</th><td>1 &lt; 2</td></tr><tr><td colspan=\"2\">b<br>c</td></tr></table>", "A\t1 < 2\nb c",
		},
		"markdown of a model": {document.Region{Content: "**b** <i>", Format: document.FormatMarkdown}, "**b** <i>", "**b** <i>"},
	} {
		t.Run(name, func(t *testing.T) {
			page := &document.PageResult{Regions: []document.Region{tc.region}}
			if got := markdown.Page(page, document.Options{}); got != tc.markdown {
				t.Errorf("markdown %q, want %q", got, tc.markdown)
			}
			if got := format.Text(page, document.Options{}); got != tc.text {
				t.Errorf("text %q, want %q", got, tc.text)
			}
		})
	}
}

func TestTablesAndPicturesAsAsked(t *testing.T) {
	table := func(html string) document.Region {
		return document.Region{ID: "p1r1", Type: document.RegionTable, Format: document.FormatHTML, Content: html}
	}
	picture := func(image string) document.Region {
		return document.Region{ID: "p1r1", Type: document.RegionImage, Status: document.StatusSkipped, Image: image}
	}
	left := picture("")
	left.Error = document.Problemf(document.CodeImageLeftOut, document.PhaseFormat, "too many")
	bars := document.Options{TableFormat: document.TableMarkdown}
	for name, tc := range map[string]struct {
		region document.Region
		opts   document.Options
		want   string
	}{
		"plain table":       {table("<table>plain</table>"), bars, "|"},
		"plain table as is": {table("<table>plain</table>"), document.Options{TableFormat: document.TableHTML}, "<table>plain</table>"},
		"rich table":        {table("<table>rich</table>"), bars, "<table>rich</table>"},
		"empty table":       {table(""), bars, ""},
		"inline":            {picture("data:image/png;base64,QQ=="), document.Options{Images: document.ImagesInline}, "![p1r1](data:image/png;base64,QQ==)"},
		"named":             {picture("page-1-region-1.png"), document.Options{Images: document.ImagesRef}, "![p1r1](page-1-region-1.png)"},
		"named oddly":       {picture("a (1) é.pdf-page-1-region-1.png"), document.Options{Images: document.ImagesRef}, "![p1r1](a%20%281%29%20%C3%A9.pdf-page-1-region-1.png)"},
		"left out":          {left, document.Options{Images: document.ImagesRef}, "<!-- p1r1: too many -->"},
		"not asked":         {picture(""), document.Options{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			page := &document.PageResult{Regions: []document.Region{tc.region}}
			if got := markdown.Page(page, tc.opts); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestBlocksAreSeparatedByABlankLine(t *testing.T) {
	page := &document.PageResult{Regions: []document.Region{
		{Type: document.RegionTitle, Level: 1, Content: "T"}, {Content: ""}, {Content: "p"},
	}}
	if got, want := markdown.Page(page, document.Options{}), "# T\n\np"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMarginsAreKeptApart(t *testing.T) {
	page := &document.PageResult{Regions: []document.Region{
		{Type: document.RegionHeader, Content: "Chapter 1"}, {Content: "body"}, {Type: document.RegionFooter, Content: "Draft"}, {Type: document.RegionPageNumber, Content: "7"},
	}}
	all := "Chapter 1\n\nbody\n\nDraft\n\n7"
	for _, tc := range []struct {
		opts document.Options
		want string
	}{
		{document.Options{Task: document.TaskDocument}, "body"},
		{document.Options{Task: document.TaskDocument, IncludeHeaders: true}, all},
		{document.Options{Task: document.TaskText}, all},
	} {
		if got := markdown.Page(page, tc.opts); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.opts, got, tc.want)
		}
		if got := format.Text(page, tc.opts); got != all {
			t.Errorf("%+v: text %q, want %q", tc.opts, got, all)
		}
	}
}

func TestEncode(t *testing.T) {
	result := &document.Result{
		ID: "d1", Status: document.StatusOK, Markdown: "# T <b>", Text: "T <b>",
		Pages: []document.PageResult{{Number: 1, Status: document.StatusOK, Markdown: "# T <b>"}, {Number: 2, Status: document.StatusOK}},
	}
	for name, ok := range map[string]func(string) bool{
		"json":   func(got string) bool { return strings.HasPrefix(got, `{"id":"d1","status":"ok","markdown":"# T <b>"`) },
		"md":     func(got string) bool { return got == "# T <b>\n" },
		"txt":    func(got string) bool { return got == "T <b>\n" },
		"ndjson": func(got string) bool { return strings.Count(got, "\n") == 2 && strings.HasPrefix(got, `{"number":1`) },
	} {
		if got := encode(t, name, format.Document{Result: result}); !ok(got) {
			t.Errorf("%s wrote %q", name, got)
		}
	}
}
