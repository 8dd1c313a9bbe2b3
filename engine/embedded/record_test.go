package embedded_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"image"
	"image/draw"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
)

var record = flag.String("record", "", "write down what the engine finds on the pages of layout/geometry whose names match")

// layoutPages is where the tests of layout/geometry keep their pages.
const layoutPages = "../../layout/geometry/testdata/pages"

// recording is what the engine found on a page. The tests of layout/geometry read it.
type recording struct {
	Lines []recordedLine `json:"lines"`
	Boxes []recordedBox  `json:"boxes"`
}

type recordedLine struct {
	Quad [8]float64    `json:"quad"` // x and y of the corners, clockwise from the top left
	BBox document.BBox `json:"bbox"`
	Text string        `json:"text"`
}

type recordedBox struct {
	Label string        `json:"label"`
	Score float64       `json:"score"`
	BBox  document.BBox `json:"bbox"`
}

// TestLayoutRecordings keeps the recordings true to the engine: with -record '*' all are
// written, without it one small page is found and read again. They are made in full
// precision, which every processor has.
func TestLayoutRecordings(t *testing.T) {
	e := newEngineOf(t, embedded.PrecisionFull)
	if *record == "" {
		data, err := os.ReadFile(filepath.Join(layoutPages, "receipt.json"))
		if err != nil {
			t.Fatal(err)
		}
		var want recording
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		got := recordPage(t, e, filepath.Join(layoutPages, "receipt.png"))
		if a, b := texts(got), texts(want); a != b {
			t.Errorf("the engine reads\n%s\nrecorded is (run with -record '*' if that is right)\n%s", a, b)
		}
		return
	}
	pages, err := filepath.Glob(filepath.Join(layoutPages, *record+".png"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, page := range pages {
		name := strings.TrimSuffix(page, ".png") + ".json"
		if err := os.WriteFile(name, recordPage(t, e, page).encode(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func recordPage(t *testing.T, e *embedded.Engine, name string) recording {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	drawn, _, err := image.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray(drawn.Bounds())
	draw.Draw(gray, gray.Bounds(), drawn, image.Point{}, draw.Src)
	page := &document.Page{Number: 1, Width: gray.Rect.Dx(), Height: gray.Rect.Dy(), DPI: 150, Image: gray}
	lines, boxes, err := e.Find(t.Context(), page)
	if err != nil || page.Rotation != 0 {
		t.Fatalf("%s: turned by %d, %v", name, page.Rotation, err)
	}
	whole := document.Region{Type: document.RegionText, BBox: document.BBox{0, 0, page.Width, page.Height}, Lines: lines}
	read, err := e.Recognize(t.Context(), page, whole, document.Options{Task: document.TaskText})
	if err != nil || len(read.Lines) != len(lines) {
		t.Fatalf("%s: %d of %d lines read, %v", name, len(read.Lines), len(lines), err)
	}
	var r recording
	tenth := func(v float64) float64 { return math.Round(10*v) / 10 }
	for _, l := range read.Lines {
		var q [8]float64
		for i, p := range l.Quad {
			q[2*i], q[2*i+1] = tenth(p.X), tenth(p.Y)
		}
		r.Lines = append(r.Lines, recordedLine{q, l.BBox, l.Text})
	}
	for _, b := range boxes {
		r.Boxes = append(r.Boxes, recordedBox{b.Label, math.Round(1000**b.Score) / 1000, b.BBox})
	}
	return r
}

// encode writes one line or box a row, so that changes can be read.
func (r recording) encode(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	list := func(name string, n int, entry func(i int) any) {
		out.WriteString("\"" + name + "\": [")
		for i := range n {
			data, err := json.Marshal(entry(i))
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString("\n" + string(data))
		}
		out.WriteString("\n]")
	}
	out.WriteString("{\n")
	list("lines", len(r.Lines), func(i int) any { return r.Lines[i] })
	out.WriteString(",\n")
	list("boxes", len(r.Boxes), func(i int) any { return r.Boxes[i] })
	out.WriteString("\n}\n")
	return out.Bytes()
}

// texts returns the text of the lines, one a row.
func texts(r recording) string {
	var all []string
	for _, l := range r.Lines {
		all = append(all, l.Text)
	}
	return strings.Join(all, "\n")
}
