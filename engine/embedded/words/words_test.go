package words_test

import (
	"image"
	"math"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/words"
)

// drawn is a page on which words are drawn as strokes of 2 pixels, 5 apart.
func drawn(bars ...image.Rectangle) pixels.Raster {
	img := image.NewGray(image.Rect(0, 0, 400, 400))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, b := range bars {
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				if along := map[bool]int{true: x, false: y}[b.Dx() > b.Dy()]; along%5 < 2 {
					img.Pix[img.PixOffset(x, y)] = 0
				}
			}
		}
	}
	return pixels.Of(img)
}

// lineIn is a line in a box, on which the characters of a text were seen at parts of its length.
func lineIn(x0, y0, x1, y1 float64, text string, at ...float64) document.Line {
	l := document.Line{
		Text: text, Quad: [4]document.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}},
		BBox: document.BBox{int(x0), int(y0), int(x1), int(y1)},
	}
	for i, r := range strings.Join(strings.Fields(text), "") {
		if i < len(at) {
			l.Marks = append(l.Marks, document.Mark{Text: string(r), From: at[i], To: at[i], Confidence: .5 + .1*float64(i)})
		}
	}
	return l
}

func TestOf(t *testing.T) {
	level := drawn(image.Rect(110, 102, 147, 118), image.Rect(170, 102, 287, 118))
	down := drawn(image.Rect(102, 110, 118, 147), image.Rect(102, 170, 118, 287))
	corrected := lineIn(100, 100, 300, 120, "on noon", .1, .2, .4, .6, .7, .9)
	corrected.Text = "one noon"
	exact := lineIn(100, 100, 300, 120, "a b")
	exact.Marks = []document.Mark{{Text: "a", From: .1, To: .2}, {Text: "b", From: .5, To: .6}}
	skewed := lineIn(100, 100, 300, 120, "on noon", .1, .2, .4, .6, .7, .9)
	skewed.Quad = [4]document.Point{{X: 100, Y: 95}, {X: 300, Y: 105}, {X: 299, Y: 125}, {X: 99, Y: 115}}
	ring := lineIn(0, 0, 0, 0, "on noon")
	ring.BBox = document.BBox{10, 10, 90, 90}
	for name, tc := range map[string]struct {
		src      pixels.Raster
		line     document.Line
		boxes    [2]document.BBox
		rotation int
	}{
		"seen":      {level, lineIn(100, 100, 300, 120, "on noon", .1, .2, .4, .6, .7, .9), [2]document.BBox{{110, 100, 147, 120}, {170, 100, 287, 120}}, 0},
		"corrected": {level, corrected, [2]document.BBox{{110, 100, 147, 120}, {170, 100, 287, 120}}, 0},
		"unseen":    {level, lineIn(100, 100, 300, 120, "on noon"), [2]document.BBox{{110, 100, 147, 120}, {170, 100, 287, 120}}, 0},
		"exact":     {level, exact, [2]document.BBox{{120, 100, 140, 120}, {200, 100, 220, 120}}, 0},
		"skewed":    {level, skewed, [2]document.BBox{{109, 95, 148, 118}, {169, 98, 288, 125}}, 0},
		"down":      {down, lineIn(100, 100, 120, 300, "on noon", .1, .2, .4, .6, .7, .9), [2]document.BBox{{100, 110, 120, 147}, {100, 170, 120, 287}}, 90},
		"up":        {down, lineIn(100, 100, 120, 300, "noon on", .9, .7, .6, .4, .2, .1), [2]document.BBox{{100, 170, 120, 287}, {100, 110, 120, 147}}, 270},
		"ring":      {level, ring, [2]document.BBox{{10, 10, 90, 90}, {10, 10, 90, 90}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := words.Of(tc.src, []document.Line{{}, tc.line})
			if len(got) != 2 {
				t.Fatalf("%d words: %+v", len(got), got)
			}
			for i, w := range got {
				if w.Text != strings.Fields(tc.line.Text)[i] || w.Line != 1 || w.Rotation != tc.rotation {
					t.Errorf("%+v", w)
				}
				for side := range 4 {
					if math.Abs(float64(w.BBox[side]-tc.boxes[i][side])) > 2 {
						t.Errorf("%q is at %v, want %v", w.Text, w.BBox, tc.boxes[i])
						break
					}
				}
			}
		})
	}
}

// TestConfidence is that of a word's own characters, or else that of the line.
func TestConfidence(t *testing.T) {
	got := words.Of(drawn(), []document.Line{lineIn(100, 100, 300, 120, "ab c", .1, .2, .8)})
	if a, b := *got[0].Confidence, *got[1].Confidence; math.Abs(a-.55) > 1e-9 || math.Abs(b-.7) > 1e-9 {
		t.Errorf("%v and %v, want .55 and .7", a, b)
	}
	unseen := lineIn(100, 100, 300, 120, "ab c")
	sure := .9
	unseen.Confidence = &sure
	for _, w := range words.Of(drawn(), []document.Line{unseen}) {
		if w.Confidence == nil || *w.Confidence != sure {
			t.Errorf("%+v", w)
		}
	}
}

// FuzzOf wants each word once, in a box on the page, whatever was seen.
func FuzzOf(f *testing.F) {
	f.Add("one two", "onetwo", 100., 100., 300., 120.)
	f.Add("x", "", -5., 3., 700., 2000.)
	src := drawn(image.Rect(110, 102, 147, 118), image.Rect(170, 102, 287, 118))
	f.Fuzz(func(t *testing.T, text, seen string, x0, y0, x1, y1 float64) {
		for _, v := range []float64{x0, y0, x1, y1} {
			if !(v > -1000 && v < 1000) {
				return
			}
		}
		l := lineIn(x0, y0, x1, y1, text)
		for i, r := range seen {
			at := float64(i*7%11) / 11
			l.Marks = append(l.Marks, document.Mark{Text: string(r), From: at, To: at})
		}
		got := words.Of(src, []document.Line{l})
		if len(got) != len(strings.Fields(text)) {
			t.Fatalf("%d words of %q", len(got), text)
		}
		for _, w := range got {
			if pixels.BBoxOf(l.Quad, src.W, src.H); w.BBox[0] > w.BBox[2] || w.BBox[1] > w.BBox[3] {
				t.Errorf("%+v", w)
			}
		}
	})
}
