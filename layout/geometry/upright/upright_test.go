package upright_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// skewed returns lines of text on a page of 1000 x 1000, which run down by slope
// pixels a pixel.
func skewed(slope float64) (*document.Page, []document.Line) {
	var lines []document.Line
	for i := range 20 {
		x, y := 100.0, 100+40*float64(i)
		at := func(x, dy float64) document.Point { return document.Point{X: x - (y+dy)*slope, Y: y + dy + x*slope} }
		q := [4]document.Point{at(x, 0), at(x+700, 0), at(x+700, 24), at(x, 24)}
		b := document.BBox{int(min(q[0].X, q[3].X)), int(min(q[0].Y, q[1].Y)), int(max(q[1].X, q[2].X)) + 1, int(max(q[2].Y, q[3].Y)) + 1}
		lines = append(lines, document.Line{Quad: q, BBox: b})
	}
	return &document.Page{Width: 1000, Height: 1000}, lines
}

func TestLinesAreLevelAfterDeskew(t *testing.T) {
	for _, slope := range []float64{0, 0.05, -0.1} {
		page, lines := skewed(slope)
		p := upright.New(page, lines, nil)
		rows := upright.RowsOf(p.Items)
		if len(rows) != 20 || math.Abs(p.Size-24) > 1 {
			t.Errorf("slope %v: %d rows of size %v, want 20 of 24", slope, len(rows), p.Size)
		}
		for _, r := range rows {
			if h := r.Box().Height(); h > 26 {
				t.Errorf("slope %v: a row is %v high", slope, h)
			}
		}
		left := p.Items[0].X0
		for _, it := range p.Items {
			if math.Abs(it.X0-left) > 2 {
				t.Errorf("slope %v: a line begins at %v, others at %v", slope, it.X0, left)
			}
		}
	}
}

// TestBoxesComeBack takes a zone to the upright frame and back.
func TestBoxesComeBack(t *testing.T) {
	page, lines := skewed(0.05)
	want := document.BBox{200, 300, 600, 500}
	p := upright.New(page, lines, []document.Region{{Label: "table", BBox: want}})
	got := p.BBox(p.Zones[0].Box)
	for i := range got {
		// The box around the turned corners is larger by the slope of its sides.
		if math.Abs(float64(got[i]-want[i])) > 0.05*400+2 {
			t.Errorf("%v comes back as %v", want, got)
			break
		}
	}
	if !p.Zones[0].Labeled("table") || p.Zones[0].Labeled("figure") || p.Zones[0].Text() {
		t.Errorf("zone %+v", p.Zones[0])
	}
}

// TestSplitAtBlank draws two words far from each other in one line.
func TestSplitAtBlank(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 400, 100))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for y := 46; y < 54; y++ {
		for x := 20; x < 380; x++ {
			if (x < 150 || x > 230) && x%12 < 9 {
				img.SetGray(x, y, color.Gray{})
			}
		}
	}
	q := [4]document.Point{{X: 16, Y: 38}, {X: 384, Y: 38}, {X: 384, Y: 62}, {X: 16, Y: 62}}
	p := upright.New(&document.Page{Width: 400, Height: 100, Image: img}, []document.Line{{Quad: q, BBox: document.BBox{16, 38, 384, 62}}}, nil)
	it := p.Items[0]
	blanks := p.Blanks(it)
	if len(blanks) != 1 || blanks[0].Overlap(plane.Span{From: 150, To: 230}) < 70 {
		t.Fatalf("blanks %v, want one from about 150 to 230", blanks)
	}
	left, right := p.Split(it, blanks[0])
	if left.X1 > 160 || right.X0 < 220 || left.X0 != it.X0 || right.X1 != it.X1 {
		t.Errorf("split into %v and %v", left.Box, right.Box)
	}
	if parts := p.Lines([]*upright.Item{left, right}); parts[0].BBox[2] > 160 || parts[1].BBox[0] < 220 {
		t.Errorf("lines %v and %v", parts[0].BBox, parts[1].BBox)
	}
}

// TestTrespassIsCut has boxes that reach over the tail or the head of the line beside them.
func TestTrespassIsCut(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 400, 100))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for y := 46; y < 54; y++ {
		for x := 20; x < 380; x++ {
			if (x < 150 || x > 180) && x%12 < 9 {
				img.SetGray(x, y, color.Gray{})
			}
		}
	}
	level := func(x0, x1 float64) document.Line {
		q := [4]document.Point{{X: x0, Y: 38}, {X: x1, Y: 38}, {X: x1, Y: 62}, {X: x0, Y: 62}}
		return document.Line{Quad: q, BBox: document.BBox{int(x0), 38, int(x1), 62}}
	}
	high := document.Line{Quad: [4]document.Point{{X: 138, Y: 20}, {X: 384, Y: 20}, {X: 384, Y: 80}, {X: 138, Y: 80}}, BBox: document.BBox{138, 20, 384, 80}}
	bent := level(140, 384)
	bent.Spine = []document.Point{{X: 140, Y: 50}, {X: 384, Y: 50}}
	own := level(140, 384)
	own.Source = document.SourcePDF
	for name, tt := range map[string]struct {
		lines []document.Line
		ends  [2]float64 // of the first line and the beginning of the second, to 10 pixels
	}{
		"over the tail":           {[]document.Line{level(16, 154), level(138, 384)}, [2]float64{154, 174}},
		"over the head":           {[]document.Line{level(16, 198), level(177, 384)}, [2]float64{154, 177}},
		"beside":                  {[]document.Line{level(16, 154), level(177, 384)}, [2]float64{154, 177}},
		"one line found twice":    {[]document.Line{level(16, 100), level(20, 384)}, [2]float64{100, 20}},
		"no white between":        {[]document.Line{level(16, 80), level(60, 130)}, [2]float64{80, 60}},
		"of another size":         {[]document.Line{level(16, 154), high}, [2]float64{154, 138}},
		"bent":                    {[]document.Line{level(16, 154), bent}, [2]float64{154, 140}},
		"of the document":         {[]document.Line{level(16, 154), own}, [2]float64{154, 140}},
		"only part of a neighbor": {[]document.Line{level(16, 120), level(110, 384)}, [2]float64{120, 110}},
	} {
		p := upright.New(&document.Page{Width: 400, Height: 100, Image: img}, tt.lines, nil)
		a, b := p.Items[0], p.Items[1]
		if math.Abs(a.X1-tt.ends[0]) > 10 || math.Abs(b.X0-tt.ends[1]) > 10 || a.X0 != 16 {
			t.Errorf("%s: %v and %v, want an end at %v and a beginning at %v", name, a.Box, b.Box, tt.ends[0], tt.ends[1])
		}
		if parts := p.Lines(p.Items); math.Abs(float64(parts[0].BBox[2])-a.X1) > 1 || math.Abs(float64(parts[1].BBox[0])-b.X0) > 1 {
			t.Errorf("%s: lines %v and %v, items %v and %v", name, parts[0].BBox, parts[1].BBox, a.Box, b.Box)
		}
	}
}

func TestGroups(t *testing.T) {
	g := upright.NewGroups(5)
	g.Join(3, 1)
	g.Join(4, 3)
	for i, want := range []int{0, 1, 2, 1, 1} {
		if got := g.Root(i); got != want {
			t.Errorf("root of %d is %d, want %d", i, got, want)
		}
	}
}
