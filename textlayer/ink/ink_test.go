package ink

import (
	"image"
	"slices"
	"testing"

	"ocr-gateway/document"
)

// sheet is a map of 100 x 80 squares of 4 pixels, with boxes of them marked.
func sheet(boxes ...image.Rectangle) document.Blocks {
	b := document.Blocks{Step: 4, Width: 100, Height: 80, Bits: make([]byte, 1000)}
	for _, box := range boxes {
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				b.Bits[(y*b.Width+x)/8] |= 1 << ((y*b.Width + x) % 8)
			}
		}
	}
	return b
}

var (
	everywhere = document.BBox{0, 0, 400, 320}
	whole      = image.Rect(0, 0, 400, 320)
	stamp      = image.Rect(60, 20, 66, 26)
)

// TestRulesAreTakenOut wants thin strokes to be rules, and nothing else; what they cross stays.
func TestRulesAreTakenOut(t *testing.T) {
	for name, tc := range map[string]struct {
		marked []image.Rectangle
		rules  int
		left   int // squares
	}{
		"nothing":          {nil, 0, 0},
		"a stroke across":  {[]image.Rectangle{image.Rect(10, 10, 60, 11)}, 1, 0},
		"a stroke down":    {[]image.Rectangle{image.Rect(10, 10, 11, 60)}, 1, 0},
		"two squares wide": {[]image.Rectangle{image.Rect(10, 10, 60, 12)}, 2, 0},
		"a bar":            {[]image.Rectangle{image.Rect(10, 10, 60, 14)}, 0, 200},
		"a dash":           {[]image.Rectangle{image.Rect(10, 10, 20, 11)}, 0, 10},
		"a stamp":          {[]image.Rectangle{stamp}, 0, 36},
		"an edge":          {[]image.Rectangle{image.Rect(0, 79, 100, 80)}, 1, 0},
	} {
		b := sheet(tc.marked...)
		before := slices.Clone(b.Bits)
		rest, rules := WithoutRules(b)
		if got := Count(rest, everywhere); len(rules) != tc.rules || got != tc.left {
			t.Errorf("%s: %d rules and %d squares, want %d and %d", name, len(rules), got, tc.rules, tc.left)
		}
		if !slices.Equal(b.Bits, before) {
			t.Errorf("%s: the page's own map has changed", name)
		}
	}
}

// TestAMapThatIsTooShort is of a page that has none.
func TestAMapThatIsTooShort(t *testing.T) {
	b := sheet(stamp)
	b.Bits = b.Bits[:10]
	if rest, rules := WithoutRules(b); rest.Step != 0 || rules != nil || Areas(rest, nil, whole) != nil || Count(rest, everywhere) != 0 {
		t.Errorf("%+v, %v", rest, rules)
	}
}

// TestAreas wants what is large enough in one box with white around it, near things as one, within the page.
func TestAreas(t *testing.T) {
	for name, tc := range map[string]struct {
		marked []image.Rectangle
		beside []image.Rectangle
		want   []document.BBox
	}{
		"nothing":      {nil, nil, nil},
		"a speck":      {[]image.Rectangle{image.Rect(10, 10, 12, 12)}, nil, nil},
		"a stamp":      {[]image.Rectangle{stamp}, nil, []document.BBox{{208, 48, 296, 136}}},
		"two apart":    {[]image.Rectangle{stamp, image.Rect(10, 60, 16, 66)}, nil, []document.BBox{{208, 48, 296, 136}, {8, 208, 96, 296}}},
		"two together": {[]image.Rectangle{stamp, image.Rect(68, 20, 74, 26)}, nil, []document.BBox{{208, 48, 328, 136}}},
		"at the edge":  {[]image.Rectangle{image.Rect(0, 0, 6, 6)}, nil, []document.BBox{{0, 0, 56, 56}}},
		"text beside":  {nil, []image.Rectangle{image.Rect(240, 80, 261, 101)}, []document.BBox{{208, 48, 296, 136}}},
	} {
		if got := Areas(sheet(tc.marked...), tc.beside, whole); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// TestCount counts the squares that a box of the page touches.
func TestCount(t *testing.T) {
	b := sheet(stamp)
	for box, want := range map[document.BBox]int{everywhere: 36, {240, 80, 244, 84}: 1, {241, 81, 245, 85}: 4, {-50, -50, 900, 900}: 36, {0, 0, 40, 40}: 0, {}: 0} {
		if got := Count(b, box); got != want {
			t.Errorf("%v: %d, want %d", box, got, want)
		}
	}
}
