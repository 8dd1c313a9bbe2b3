package embedded

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"ocr-gateway/document"
)

// paint makes every pixel of a map hot whose center is less than half the height from
// the middle of a line, given for each x.
func paint(m heat, from, to int, height float64, hot uint8, middle func(x float64) float64) {
	for x := from; x < to; x++ {
		for y := range m.h {
			if math.Abs(float64(y)-middle(float64(x))) < height/2 {
				m.pix[y*m.w+x] = max(m.pix[y*m.w+x], hot)
			}
		}
	}
}

func level(y float64) func(float64) float64 { return func(float64) float64 { return y } }

func arc(y, depth, from, to float64) func(float64) float64 {
	return func(x float64) float64 {
		t := (2*x - from - to) / (to - from)
		return y + depth*t*t
	}
}

func TestStrokes(t *testing.T) {
	for name, c := range map[string]struct {
		paint func(m heat)
		lines int
		bent  bool
	}{
		"one line":                {func(m heat) { paint(m, 40, 560, 12, 240, level(60)) }, 1, false},
		"a bent line":             {func(m heat) { paint(m, 40, 560, 12, 240, arc(40, 50, 40, 560)) }, 1, true},
		"leaders below the words": {func(m heat) { paint(m, 40, 560, 6, 200, arc(60, -3, 40, 560)); paint(m, 40, 140, 12, 240, level(57)) }, 1, false},
		"a faint line":            {func(m heat) { paint(m, 40, 560, 12, 110, level(60)); paint(m, 40, 240, 12, 240, level(60)) }, 1, false},
		"two lines and a stamp": {func(m heat) {
			paint(m, 40, 560, 12, 240, level(60))
			paint(m, 40, 560, 12, 240, level(100))
			paint(m, 300, 310, 40, 100, level(80))
		}, 2, false},
		"cold": {func(m heat) { paint(m, 40, 560, 12, 90, level(60)) }, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := heat{make([]uint8, 600*160), 600, 160}
			c.paint(m)
			got := m.strokes()
			if len(got) != c.lines {
				t.Fatalf("%d lines, want %d: %+v", len(got), c.lines, got)
			}
			for _, s := range got {
				if (s.spine != nil) != c.bent {
					t.Errorf("spine %v, want one: %v", s.spine, c.bent)
				}
				if min(s.w, s.h) > 24 {
					t.Errorf("a line of %v x %v", s.w, s.h)
				}
			}
		})
	}
}

// TestWhatIsHotIsInALine holds for lines of any slope and bend: every hot pixel lies in
// the line that it is cut out as.
func TestWhatIsHotIsInALine(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		m := heat{make([]uint8, 900*400), 900, 400}
		slope, depth, height := random.Float64()*.1-.05, random.Float64()*120-60, 8+random.Float64()*14
		bow := arc(200, depth, 50, 850)
		paint(m, 50, 850, height, 240, func(x float64) float64 { return bow(x) + slope*(x-450) })
		lines := m.strokes()
		v, src := view{900, 400, 1, 1}, raster{w: 900, h: 400}
		for y := range m.h {
			for x := range m.w {
				if m.pix[y*m.w+x] > 0 && !lineHolds(lines, v, src, float64(x), float64(y)) {
					t.Fatalf("slope %.3f, bend %.1f, height %.1f: %d,%d is in no line of %d", slope, depth, height, x, y, len(lines))
				}
			}
		}
	}
}

func lineHolds(strokes []stroke, v view, src raster, x, y float64) bool {
	for _, s := range strokes {
		l := s.line(v, src)
		_, height := quadSize(l.Quad)
		spine := l.Spine
		if spine == nil {
			q := l.Quad
			spine = []document.Point{{X: (q[0].X + q[3].X) / 2, Y: (q[0].Y + q[3].Y) / 2}, {X: (q[1].X + q[2].X) / 2, Y: (q[1].Y + q[2].Y) / 2}}
		}
		for i := range len(spine) - 1 {
			a, b := spine[i], spine[i+1]
			along := ((x+.5-a.X)*(b.X-a.X) + (y+.5-a.Y)*(b.Y-a.Y)) / ((b.X-a.X)*(b.X-a.X) + (b.Y-a.Y)*(b.Y-a.Y))
			along = min(max(along, 0), 1)
			if math.Hypot(x+.5-a.X-along*(b.X-a.X), y+.5-a.Y-along*(b.Y-a.Y)) < height/2+1 {
				return true
			}
		}
	}
	return false
}

func TestMarks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	page := func(grain int, draw func(img *image.Gray)) raster {
		img := image.NewGray(image.Rect(0, 0, 400, 300))
		for i := range img.Pix {
			img.Pix[i] = uint8(250 - random.IntN(grain+1))
		}
		draw(img)
		return rasterOf(img)
	}
	nothing := func(*image.Gray) {}
	word := func(img *image.Gray) { // thin, gray strokes
		for x := 100; x < 140; x += 4 {
			for y := 100; y < 112; y++ {
				img.Pix[y*img.Stride+x] = 170
			}
		}
	}
	for name, c := range map[string]struct {
		src  raster
		text bool
	}{
		"white": {page(0, nothing), false}, "grain of paper": {page(10, nothing), false},
		"a word": {page(0, word), true}, "a word on paper": {page(10, word), true},
	} {
		if got := c.src.marks() >= letters; got != c.text {
			t.Errorf("%s: may hold text: %v, want %v", name, got, c.text)
		}
	}
}

func TestUnseenWordsBecomeLines(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 400, 200))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for x := 20; x < 380; x += 3 { // ink on all rows but the last
		for y := range 120 {
			img.Pix[y*img.Stride+x] = 0
		}
	}
	word := func(x, y int) document.Word {
		return document.Word{Text: "word", BBox: document.BBox{x, y, x + 60, y + 16}}
	}
	page := &document.Page{Image: img, Width: 400, Height: 200, Words: []document.Word{
		word(90, 20), word(20, 21), word(300, 20), word(20, 70), word(20, 150),
	}}
	seen := []document.Line{{BBox: document.BBox{15, 66, 200, 90}}}
	got := unseen(seen, page)
	want := []document.BBox{{20, 20, 150, 37}, {300, 20, 360, 36}}
	if len(got) != len(want) || got[0].BBox != want[0] || got[1].BBox != want[1] {
		t.Errorf("lines %+v, want boxes %v: two on the first row, none where a line is or nothing is drawn", got, want)
	}
}

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
		got := scriptUnsupported(rasterOf(img), document.Region{Type: document.RegionText}, []document.Line{c.line})
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
