package ppocr

import (
	"reflect"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// drawn is a line on which each letter is black for 16 pixels of its 20, and a space is white for 20.
func drawn(text string) (pix []float32, width int) {
	width = 20 * len(text)
	pix = make([]float32, width*readHeight)
	for i := range pix {
		pix[i] = 1
		if x, y := i%width, i/width; text[x/20] != ' ' && x%20 < 16 && y > 10 && y < 40 {
			pix[i] = -1
		}
	}
	return pix, width
}

// sureReading reads every character where drawn has it.
func sureReading(text string) reading {
	var characters []character
	for i, c := range text {
		characters = append(characters, character{string(c), 20*i + 8, 1})
	}
	return readingOf(characters, nil)
}

func TestDoubtful(t *testing.T) {
	const text = "one two three four five six seven eight nine ten"
	at := func(word string) int { return 20*strings.Index(text, word) + 8 }
	for name, c := range map[string]struct {
		text   string
		change func(*reading)
		want   []string // what is read again
	}{
		"none":                        {text, func(*reading) {}, nil},
		"a word with those beside it": {text, func(r *reading) { r.doubts = []doubt{{at("four"), .1}} }, []string{"three four five"}},
		"two words apart":             {text, func(r *reading) { r.doubts = []doubt{{at("two"), .1}, {at("nine"), .1}} }, []string{"one two three", "eight nine ten"}},
		"the first":                   {text, func(r *reading) { r.characters[0].probability = .5 }, []string{"one two"}},
		"the last":                    {text, func(r *reading) { r.doubts = []doubt{{20 * len(text), .1}} }, []string{"nine ten"}},
		"a space":                     {text, func(r *reading) { r.doubts = []doubt{{at("five") - 20, .1}} }, []string{"three four five six"}},
		"most of them": {text, func(r *reading) {
			r.doubts = []doubt{{at("two"), .1}, {at("five"), .1}, {at("eight"), .1}}
		}, []string{text}},
		"a digit that may be a letter": {"one two three l0 five six seven eight", func(*reading) {}, []string{"three l0 five"}},
		"nothing was read":             {text, func(r *reading) { *r = reading{} }, []string{text}},
	} {
		pix, width := drawn(c.text)
		r := sureReading(c.text)
		c.change(&r)
		var got []string
		for _, p := range doubtful(r, pix, width, width) {
			got = append(got, strings.TrimSpace(c.text[p.from/20:min(p.to/20+1, len(c.text))]))
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q is read again, want %q", name, got, c.want)
		}
	}
}

// TestDoubtfulWithoutWhite: words between which there is no white are not cut apart.
func TestDoubtfulWithoutWhite(t *testing.T) {
	const text = "one two three four five six seven eight nine ten"
	pix, width := drawn(strings.ReplaceAll(text, " ", "_"))
	r := sureReading(text)
	r.doubts = []doubt{{20*strings.Index(text, "four") + 8, .1}}
	pix2, _ := drawn(text)
	if got := doubtful(r, pix2, width, width); len(got) != 1 || got[0].to-got[0].from == width {
		t.Fatalf("with white %v are read again", got)
	}
	for y := range readHeight { // strokes up and down through all of the line
		for x := range width {
			pix[y*width+x] = float32(1 - 2*(y/4%2))
		}
	}
	if got := doubtful(r, pix, width, width); !reflect.DeepEqual(got, []span{{0, width}}) {
		t.Errorf("%v are read again, want all", got)
	}
}

// TestPartsAreJoined divides a line, has a part of it read again, and puts it together.
func TestPartsAreJoined(t *testing.T) {
	const text = "one two three four five six seven eight"
	pix, width := drawn(text)
	lines := []document.Line{{Quad: [4]document.Point{{}, {X: float64(width)}, {X: float64(width), Y: readHeight}, {Y: readHeight}}}}
	strips := stripsOf(lines)
	s := &strips[0]
	s.read = sureReading(text)
	whole := joined(lines, strips)[0]
	if whole.Text != text || len(whole.Marks) != len(strings.ReplaceAll(text, " ", "")) {
		t.Fatalf("all of it is %q with %d marks", whole.Text, len(whole.Marks))
	}
	s.read.doubts = []doubt{{20*strings.Index(text, "four") + 8, .1}}
	s.doubts = doubtful(s.read, pix, width, width)
	kept, again := divide(strips)
	if len(kept) != 2 || len(again) != 1 || again[0].read.text != "three four five" && strings.TrimSpace(again[0].read.text) != "three four five" {
		t.Fatalf("%d parts are kept and %d are read again: %+v", len(kept), len(again), again)
	}
	if q := again[0].quad; q[0].X != float64(again[0].part.from) || q[2].X != float64(again[0].part.to) || q[2].Y != readHeight {
		t.Errorf("part %v is at %v", again[0].part, q)
	}
	if got := joined(lines, append(again, kept...))[0]; !reflect.DeepEqual(got, whole) {
		t.Errorf("joined %+v, want %+v", got, whole)
	}
	again[0].read = sureReading("3 4 5")
	if got := joined(lines, append(again, kept...))[0].Text; got != "one two 3 4 5 six seven eight" {
		t.Errorf("joined %q", got)
	}
	if kept, again := divide(append(strips, strip{read: sureReading("Łódź"), doubts: []span{{0, 1}}})); len(kept) != 0 || len(again) != 2 {
		t.Errorf("beside a Polish line %d parts are kept and %d read again", len(kept), len(again))
	}
}
