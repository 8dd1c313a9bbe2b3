package checkbox_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/checkbox"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/internal/cputime"
)

// sheet is a page on which boxes are drawn.
type sheet struct {
	*image.RGBA
	ink color.Color
}

func newSheet(ground, ink color.Color) *sheet {
	s := &sheet{image.NewRGBA(image.Rect(0, 0, 600, 300)), ink}
	draw.Draw(s, s.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	return s
}

func (s *sheet) dot(x, y, r float64) {
	for py := int(y - r - 1); py <= int(y+r+1); py++ {
		for px := int(x - r - 1); px <= int(x+r+1); px++ {
			if math.Hypot(float64(px)-x, float64(py)-y) <= r {
				s.Set(px, py, s.ink)
			}
		}
	}
}

func (s *sheet) stroke(width float64, points ...float64) {
	for i := 2; i < len(points); i += 2 {
		x, y, dx, dy := points[i-2], points[i-1], points[i]-points[i-2], points[i+1]-points[i-1]
		n := math.Ceil(4 * math.Hypot(dx, dy))
		for k := 0.0; k <= n; k++ {
			s.dot(x+dx*k/n, y+dy*k/n, width/2)
		}
	}
}

// square is tilted by so many pixels over its side.
func (s *sheet) square(x, y, side, width, tilt float64) {
	s.stroke(width, x, y, x+side, y+tilt, x+side-tilt, y+side+tilt, x-tilt, y+side, x, y)
}

func (s *sheet) circle(x, y, r, width float64) {
	for a := 0.0; a < 2*math.Pi; a += 0.01 {
		s.dot(x+r*math.Cos(a), y+r*math.Sin(a), width/2)
	}
}

// words stands for a line of text: strokes that are no boxes.
func (s *sheet) words(x, y float64) document.BBox {
	for i := range 8 {
		at := x + float64(i)*22
		s.stroke(3, at, y+24, at, y+6, at+10, y+6)
		s.circle(at+8, y+17, 5, 3)
	}
	return document.BBox{int(x) - 3, int(y), int(x) + 180, int(y) + 30}
}

func marks(s *sheet, lines ...document.BBox) string {
	var all []string
	for _, c := range checkbox.Find(pixels.Of(s), lines) {
		sign := map[bool]string{true: "x", false: "-"}[c.Ticked]
		all = append(all, fmt.Sprintf("%s %d,%d", sign, (c.Box.Min.X+5)/10, (c.Box.Min.Y+5)/10))
	}
	return strings.Join(all, "; ")
}

func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		ground, ink uint8
		draw        func(s *sheet)
		want        string
	}{
		"a cross and none": {255, 0, func(s *sheet) {
			s.square(60, 40, 22, 2, 0)
			s.stroke(2, 64, 44, 78, 58)
			s.stroke(2, 78, 44, 64, 58)
			s.square(60, 100, 22, 2, 0)
		}, "x 6,4; - 6,10"},
		"gray boxes, ticks by hand that go beyond them": {245, 90, func(s *sheet) {
			s.square(60, 40, 26, 2, 0)
			s.stroke(4, 62, 48, 72, 62, 94, 28)
			s.square(60, 100, 26, 2, 0)
			s.stroke(3, 56, 96, 92, 130)
			s.stroke(3, 92, 95, 57, 131)
		}, "x 6,4; x 6,10"},
		"a crooked scan": {250, 40, func(s *sheet) {
			s.square(60, 40, 24, 2, 0.5)
			s.square(60, 100, 24, 2, 0.5)
			s.stroke(3, 66, 112, 72, 118, 80, 106)
		}, "- 6,4; x 6,10"},
		"light on dark": {25, 180, func(s *sheet) {
			s.square(60, 40, 20, 2, 0)
			s.square(60, 100, 20, 2, 0)
			s.stroke(3, 64, 110, 69, 116, 77, 104)
		}, "- 6,4; x 6,10"},
		"radio buttons": {255, 30, func(s *sheet) {
			s.circle(72, 54, 12, 2)
			s.circle(72, 114, 12, 2)
			s.dot(72, 114, 5)
		}, "- 6,4; x 6,10"},
		"circles of which all have a dot are bullets": {255, 30, func(s *sheet) {
			for _, y := range []float64{54, 114} {
				s.circle(72, y, 12, 2)
				s.dot(72, y, 5)
			}
		}, ""},
		"circles of which none has a dot are letters": {255, 30, func(s *sheet) {
			s.circle(72, 54, 12, 3)
			s.circle(72, 114, 12, 3)
		}, ""},
		"places for the letters of a name": {255, 30, func(s *sheet) {
			for i := range 10 {
				s.square(10+float64(i)*30, 40, 26, 2, 0)
			}
		}, ""},
		"solid squares are bullets": {255, 30, func(s *sheet) {
			draw.Draw(s, image.Rect(60, 44, 80, 64), image.Black, image.Point{}, draw.Src)
		}, ""},
		"boxes far from text, in line with others": {255, 0, func(s *sheet) {
			for _, x := range []float64{60, 400, 560} {
				s.square(x, 42, 22, 2, 0)
			}
			s.square(400, 180, 22, 2, 0)
			s.stroke(3, 405, 190, 410, 198, 420, 184)
		}, "- 6,4; - 40,4; - 56,4; x 40,18"},
		"a door, a wide frame and a corner": {255, 0, func(s *sheet) {
			s.stroke(2, 20, 40, 34, 40, 34, 64, 20, 64, 20, 40)
			s.stroke(2, 40, 100, 84, 100, 84, 124, 40, 124, 40, 100)
			s.stroke(2, 82, 40, 60, 40, 60, 62)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSheet(color.Gray{c.ground}, color.Gray{c.ink})
			lines := []document.BBox{s.words(110, 38), s.words(110, 98)}
			c.draw(s)
			if got := marks(s, lines...); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// FuzzFind looks for boxes in parts of any size with anything in them.
func FuzzFind(f *testing.F) {
	f.Add(14, 11, []byte{0, 255})
	f.Add(3, 40, []byte{255, 255, 0})
	f.Fuzz(func(t *testing.T, w, h int, pattern []byte) {
		if w < 1 || h < 1 || w > 200 || h > 200 || len(pattern) == 0 {
			return
		}
		img := image.NewGray(image.Rect(0, 0, w, h))
		for i := range img.Pix {
			img.Pix[i] = pattern[i%len(pattern)]
		}
		for _, c := range checkbox.Find(pixels.Of(img), []document.BBox{{0, 0, w, h}, {w / 2, 0, w, h/2 + 8}}) {
			if !c.Box.In(img.Rect) || c.Box.Empty() {
				t.Errorf("a box at %v in a page of %v", c.Box, img.Rect)
			}
		}
	})
}

// TestHatchingEnds looks for boxes in a page full of level strokes, of which any two may be
// top and bottom of one.
func TestHatchingEnds(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 3000, 2000))
	for i := range img.Pix {
		if x, y := i%3000, i/3000; y%4 == 0 && x%60 < 50 || x%5 == 0 {
			continue
		}
		img.Pix[i] = 255
	}
	var lines []document.BBox
	for y := 0; y < 2000; y += 40 {
		lines = append(lines, document.BBox{0, y, 3000, y + 40})
	}
	if took, most := cputime.Of(t, func() { checkbox.Find(pixels.Of(img), lines) }), 20*time.Second; took > most {
		t.Errorf("took %v of processor time, more than %v", took, most)
	}
}
