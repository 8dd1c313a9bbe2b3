package embedded

import (
	"image"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

func TestScriptUnsupported(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 800, 100))
	for i := range img.Pix {
		if i%800%4 == 0 && i/800%2 == 0 {
			img.Pix[i] = 200 // written on throughout
		}
	}
	for x := 100; x < 700; x++ { // but for a gap on the second line
		for y := 50; y < 100; y++ {
			img.Pix[y*800+x] = 0
		}
	}
	at := func(y int, text string, confidence float64) document.Line {
		l := lineOfBox(document.BBox{0, y, 800, y + 40}, 800, 100)
		l.Text = text
		if confidence > 0 {
			l.Confidence = &confidence
		}
		return l
	}
	for name, c := range map[string]struct {
		line document.Line
		want bool
	}{
		"prose":                    {at(0, "The ferry leaves the northern harbour at", .98), false},
		"Chinese":                  {at(0, "渡船六点半离开北港在集市开门前到岛", .98), false},
		"look-alikes of Cyrillic":  {at(0, ":0  19:0  ,", .97), true},
		"nothing":                  {at(0, "", 0), true},
		"guesses":                  {at(0, "aunt iniwnn sau nnou uaa aunsnsu usi", .52), true},
		"said by the PDF":          {at(0, "Καλημέρα", 0), false},
		"leaders":                  {at(0, "Index … 9", .9), false},
		"a thing and a price":      {at(50, "Tea 4.50", .98), false},
		"letters with wide spaces": {at(0, "M E M O R A N D U M  O F  M A Y", .98), false},
	} {
		got := unreadOf(pixels.Of(img), document.Region{Type: document.RegionText}, []document.Line{c.line}, []string{""}).problem(nil)
		if (got != nil) != c.want {
			t.Errorf("%s: %v, want a problem: %v", name, got, c.want)
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
		{[]document.Line{line("B 12")}, false},
		{[]document.Line{line("A"), line("B"), line("")}, false},
		{[]document.Line{line("Total"), line("")}, false},
	} {
		if got := isNoise(c.lines); got != c.want {
			t.Errorf("%+v: noise %v, want %v", c.lines, got, c.want)
		}
	}
}
