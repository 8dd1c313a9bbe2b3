package format_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/format"
)

var update = flag.Bool("update", false, "write the golden files")

// encode writes a document in a format.
func encode(t *testing.T, name string, d format.Document) string {
	t.Helper()
	for _, f := range format.All() {
		if f.Name != name {
			continue
		}
		var b bytes.Buffer
		if err := f.Encode(&b, d); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	t.Fatalf("there is no format %s", name)
	return ""
}

// hostile is text that no format may take for its markup.
const hostile = `</p><script>alert("1")</script> & ' ]]> --> \x` + "\x00\x1b"

// sample is a document of every kind of region, one without words and a page that failed.
func sample() format.Document {
	half := .5
	box := func(y int) document.BBox { return document.BBox{10, y, 190, y + 20} }
	region := func(n int, kind document.RegionType, form document.ContentFormat, content string) document.Region {
		r := document.Region{ID: "p1r" + string(rune('0'+n)), Order: n, Type: kind, BBox: box(30 * n), Format: form, Content: content, Status: document.StatusOK}
		if n > 9 {
			r.ID = "p1r1" + string(rune('0'+n-10))
		}
		return r
	}
	word := func(text string, line int, box document.BBox, rotation int) document.WordBox {
		return document.WordBox{Text: text, BBox: box, Confidence: &half, Line: line, Rotation: rotation}
	}
	text := region(3, document.RegionText, document.FormatText, "two words\n"+hostile)
	text.Lines = []document.Line{{BBox: document.BBox{10, 90, 100, 100}, Text: "two words"}, {BBox: document.BBox{10, 100, 190, 110}, Text: hostile}}
	text.Words = []document.WordBox{word("two", 0, document.BBox{10, 90, 40, 100}, 0), word("words", 0, document.BBox{50, 90, 100, 100}, 0), word(hostile, 1, document.BBox{10, 100, 190, 110}, 0)}
	margin := region(8, document.RegionText, document.FormatText, "upwards")
	margin.Lines = []document.Line{{BBox: document.BBox{0, 90, 8, 180}, Text: "upwards"}}
	margin.Words = []document.WordBox{word("upwards", 0, document.BBox{0, 90, 8, 180}, 270)}
	picture := region(11, document.RegionImage, document.FormatText, "")
	picture.Image = "data:image/png;base64,QQ=="
	page := document.PageResult{Number: 1, Status: document.StatusOK, Width: 200, Height: 400, DPI: 150, Regions: []document.Region{
		region(1, document.RegionHeader, document.FormatText, "Chapter <1>"),
		region(2, document.RegionTitle, document.FormatText, "The\ntitle & more"),
		text,
		region(4, document.RegionTable, document.FormatHTML, `<table><caption>Prices</caption><tr><th>A</th><th colspan="2">1 &lt; 2</th></tr><tr><td rowspan=2>b<br>c</td><td><script>x</script></td><td></td></tr><tr><td>d</td></tr></table>in euros`),
		region(5, document.RegionFormula, document.FormatLaTeX, `x^2 < \frac{1}{2}`),
		region(6, document.RegionList, document.FormatText, "To do:\n• eat\n1. sleep"),
		region(7, document.RegionCode, document.FormatText, "if a<b:\n  # go"),
		margin,
		region(9, document.RegionText, document.FormatMarkdown, "**b** <i>"),
		region(10, document.RegionFootnote, document.FormatText, "1 a note"),
		picture,
	}}
	failed := document.PageResult{Number: 2, Status: document.StatusFailed, Regions: []document.Region{}, Error: document.Problemf(document.CodePageFailed, document.PhaseRaster, "page 2 could not be rendered")}
	title := region(2, document.RegionTitle, document.FormatText, "Next")
	title.ID, title.Level = "p3r1", 2
	last := document.PageResult{Number: 3, Status: document.StatusOK, Width: 200, Height: 400, Regions: []document.Region{title}}
	return format.Document{
		Name:    `a "b" <c>;d.pdf`,
		Options: document.Options{Task: document.TaskDocument},
		Result:  &document.Result{ID: "d1", Status: document.StatusPartial, Model: "test <model>", Pages: []document.PageResult{page, failed, last}},
	}
}

func TestGoldens(t *testing.T) {
	for name, file := range map[string]string{"html": "sample.html", "hocr": "sample.hocr", "alto": "sample.xml", "docling": "sample.docling.json"} {
		got := encode(t, name, sample())
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s; run the test with -update and look at the difference", name, path)
		}
	}
}

// TestTextIsNeverMarkup: what a document says is text of the format.
func TestTextIsNeverMarkup(t *testing.T) {
	for _, name := range []string{"html", "hocr", "alto"} {
		if got := encode(t, name, sample()); strings.Contains(got, "<script") || strings.ContainsAny(got, "\x00\x1b") {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, name := range []string{"hocr", "alto"} {
		seen := false
		d := xml.NewDecoder(strings.NewReader(encode(t, name, sample())))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s is not well-formed: %v", name, err)
			}
			says := func(s string) bool { return strings.Contains(s, `</p><script>alert("1")</script> & ' ]]> --> \x`) }
			switch v := token.(type) {
			case xml.CharData:
				seen = seen || says(string(v))
			case xml.StartElement:
				for _, a := range v.Attr {
					seen = seen || says(a.Value)
				}
			}
		}
		if !seen {
			t.Errorf("%s does not say what the document says", name)
		}
	}
	var d map[string]any
	if err := json.Unmarshal([]byte(encode(t, "docling", sample())), &d); err != nil {
		t.Error(err)
	}
}

func TestMarginsInHTML(t *testing.T) {
	d := sample()
	if strings.Contains(encode(t, "html", d), "Chapter") {
		t.Error("a running head is in the text")
	}
	d.Options.IncludeHeaders = true
	if !strings.Contains(encode(t, "html", d), "Chapter &lt;1&gt;") {
		t.Error("a running head is not in the text")
	}
}

func TestZip(t *testing.T) {
	d := sample()
	d.Markdown = "![p1r11](page-1-region-11.png)"
	d.Pages[0].Images = map[string][]byte{"page-1-region-11.png": []byte("png")}
	packed := encode(t, "zip", d)
	archive, err := zip.NewReader(strings.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	if len(files) != 3 || files["document.md"] != d.Markdown+"\n" || files["page-1-region-11.png"] != "png" || !strings.HasPrefix(files["document.json"], `{"id":"d1"`) || strings.Contains(files["document.json"], `"images"`) {
		t.Errorf("%q", files)
	}
	if d.Pages[0].Images == nil {
		t.Error("the result was changed")
	}
}

// TestTextOfPictures is in every format: a model may have read what is drawn in one.
func TestTextOfPictures(t *testing.T) {
	picture := document.Region{ID: "p1r1", Type: document.RegionImage, Content: "Figure 7", BBox: document.BBox{10, 10, 90, 90}}
	d := format.Document{Result: &document.Result{Pages: []document.PageResult{{Number: 1, Width: 100, Height: 100, Regions: []document.Region{picture}}}}}
	for _, name := range []string{"html", "hocr", "alto", "docling"} {
		if got := encode(t, name, d); !strings.Contains(got, "Figure") || !strings.Contains(got, "7") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
