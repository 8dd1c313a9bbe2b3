package searchable

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// TestTurnedBack: a page that was turned to be read has its words where they were.
func TestTurnedBack(t *testing.T) {
	box := document.BBox{10, 20, 40, 30} // on a page of 100 x 200
	for degrees, turned := range map[int]document.BBox{
		0: {10, 20, 40, 30}, 90: {200 - 30, 10, 200 - 20, 40}, 180: {100 - 40, 200 - 30, 100 - 10, 200 - 20}, 270: {20, 100 - 40, 30, 100 - 10},
	} {
		w, h := 100, 200
		if degrees%180 != 0 {
			w, h = h, w
		}
		p := Page{Width: w, Height: h, Rotation: degrees, Words: []document.WordBox{{Text: "x", BBox: turned, Rotation: 0}}}
		got := p.place(Frame{Width: 50, Height: 100})[0]
		if got.x0 != float64(box[0])/2 || got.y0 != float64(box[1])/2 || got.x1 != float64(box[2])/2 || got.y1 != float64(box[3])/2 || got.rotation != (360-degrees)%360 {
			t.Errorf("%d: %+v", degrees, got)
		}
	}
}

func TestContent(t *testing.T) {
	words := []document.WordBox{{Text: "ab", BBox: document.BBox{10, 20, 30, 30}}, {Text: "c", BBox: document.BBox{40, 20, 50, 30}}, {Text: "up", BBox: document.BBox{0, 40, 10, 60}, Line: 1, Rotation: 270}}
	f := NewFont()
	got := string(f.Content(Page{Width: 100, Height: 200, Words: words}, Frame{Width: 100, Height: 200, ToContent: [6]float64{1, 0, 0, -1, 0, 200}}, nil, "F"))
	want := "q 1 0 0 -1 0 200 cm BT 3 Tr /F 1 Tf\n" +
		"20 0 0 -10 10 30 Tm<000100020003>Tj\n20 0 0 -10 40 30 Tm<0004>Tj\n0 -20 -10 0 10 60 Tm<00050006>Tj\nET Q\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := string(f.Unicode()); !strings.Contains(got, "6 beginbfchar\n<0001> <0061>\n<0002> <0062>\n<0003> <0020>\n") {
		t.Error(got)
	}
	if got := f.Glyphs(); len(got) != 2*7 || got[0] != 0 || got[1] != 0 || got[13] != 1 {
		t.Errorf("%v", got)
	}
	if got := f.Content(Page{}, Frame{}, nil, "F"); got != nil {
		t.Errorf("%s", got)
	}
}

func TestMissing(t *testing.T) {
	var there []Letter
	for i, r := range "committee" {
		there = append(there, Letter{r, 5 + float64(10*i), 5})
	}
	for text, want := range map[string]int{"committee": 0, "COMMITTEE": 0, "cornmittee": 0, "#&%$§!?=(": 1, "harbour": 1} {
		if got := len(missing([]placed{{text: text, x1: 90, y1: 10}}, there)); got != want {
			t.Errorf("%s: %d are missing, want %d", text, got, want)
		}
	}
	if got := len(missing([]placed{{text: "committee", y0: 20, x1: 90, y1: 30}}, there)); got != 1 {
		t.Error("the same word elsewhere is not missing")
	}
}

func TestVisual(t *testing.T) {
	for text, want := range map[string]string{"abc": "abc", "שלום": "םולש", "שלום123": "123םולש", "12:30": "12:30"} {
		if got := string(visual(text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestProgramIsAFont: its sums are right, and its tables lie in it.
func TestProgramIsAFont(t *testing.T) {
	p := Program()
	if sum(p) != 0xb1b0afba {
		t.Errorf("the sum of the font is %x", sum(p))
	}
	for i := range int(binary.BigEndian.Uint16(p[4:])) {
		entry := p[12+16*i:][:16]
		at, length := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		if int(at+length) > len(p) || at%4 != 0 {
			t.Errorf("%s lies at %d, %d bytes", entry[:4], at, length)
		}
	}
	if !bytes.Equal(p, Program()) {
		t.Error("it is not always the same")
	}
}

// FuzzContent wants no number that PDF has not, whatever was read where.
func FuzzContent(f *testing.F) {
	f.Add("text", 1, 2, 3, 4, 90, 100, 200)
	f.Fuzz(func(t *testing.T, text string, x0, y0, x1, y1, rotation, w, h int) {
		p := Page{Width: w, Height: h, Rotation: rotation, Words: []document.WordBox{{Text: text, BBox: document.BBox{x0, y0, x1, y1}}}}
		got := string(NewFont().Content(p, Frame{Width: 595, Height: 842}, nil, "F"))
		if strings.ContainsAny(got, "NaIne+") { // of NaN, Inf and exponents
			t.Error(got)
		}
	})
}
