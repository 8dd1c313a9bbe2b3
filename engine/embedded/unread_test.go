package embedded

import (
	"image"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

func TestScriptUnsupported(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 800, 50))
	for i := range img.Pix {
		img.Pix[i] = uint8(255 * (i / 2 % 2)) // sharp
	}
	at := func(text string, confidence, missed float64) document.Line {
		l := lineOfBox(document.BBox{0, 0, 800, 40}, 800, 50)
		l.Text, l.Missed = text, missed
		if confidence > 0 {
			l.Confidence = &confidence
		}
		return l
	}
	for name, c := range map[string]struct {
		line document.Line
		want bool
	}{
		"prose":                   {at("The ferry leaves the northern harbour at", .98, 0), false},
		"Chinese":                 {at("渡船六点半离开北港在集市开门前到岛", .98, 0), false},
		"a radio button":          {at("Bank transfer", .98, .15), false},
		"vertical Japanese":       {at("島の灯台は花崗岩で", .98, .1), false},
		"look-alikes of Cyrillic": {at(":0  19:0  ,", .97, .7), true},
		"a date among letters":    {at("12.03.2026, .", .95, .59), true},
		"nothing":                 {at("", 0, 1), true},
		"guesses":                 {at("aunt iniwnn sau nnou uaa aunsnsu usi", .52, 0), true},
		"Greek, known in part":    {at("α ργανα ελγχηαν στι 12.03.2026", .85, 0), true},
		"Vietnamese, in part":     {at("Trm năm trên sưn đi, gn bn cng cũ", .97, 0), true},
		"said by the PDF":         {at("Καλημέρα", 0, 1), false},
		"leaders":                 {at("Index … 9", .9, .6), false},
	} {
		got := unreadOf(pixels.Of(img), document.Region{Type: document.RegionText}, []document.Line{c.line}, []string{""}).problem(nil)
		if (got != nil) != c.want {
			t.Errorf("%s: %v, want a problem: %v", name, got, c.want)
		}
	}
}

func TestWhatIsTooSmallIsNoOtherScript(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 800, 50))
	for height, want := range map[int]document.Code{8: document.CodeTextIllegible, 20: document.CodeScriptUnsupported} {
		line := lineOfBox(document.BBox{0, 0, 400, height}, 800, 50)
		line.Missed = 1
		got := unreadOf(pixels.Of(img), document.Region{Type: document.RegionText}, []document.Line{line}, []string{""}).problem(nil)
		if got == nil || got.Code != want {
			t.Errorf("%d pixels: %v, want %s", height, got, want)
		}
	}
}

func TestNoiseIsNoText(t *testing.T) {
	line := func(text string) document.Line { return document.Line{Text: text} }
	for _, c := range []struct {
		lines []document.Line
		want  bool
	}{
		{[]document.Line{line("m"), line("")}, true},
		{[]document.Line{line("")}, true},
		{[]document.Line{line("..")}, true},
		{[]document.Line{line("...")}, false},
		{[]document.Line{line("B 12")}, false},
		{[]document.Line{line("A"), line("B"), line("")}, false},
		{[]document.Line{line("Total"), line("")}, false},
	} {
		if got := isNoise(c.lines); got != c.want {
			t.Errorf("%+v: noise %v, want %v", c.lines, got, c.want)
		}
	}
}
