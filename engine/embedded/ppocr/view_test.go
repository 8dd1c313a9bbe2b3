package ppocr

import (
	"image"
	"testing"
)

func TestViewsAreBoundedAndTilesCoverThem(t *testing.T) {
	for _, size := range []image.Point{
		{1240, 1754},
		{2480, 3508},
		{3000, 40},
		{40, 3000},
		{200, 20},
		{20, 20},
		{2, 2},
		{2, 20000},
		{1000, 10000},
		{9000, 9000},
		{20000, 300},
	} {
		view := firstView(size.X, size.Y, 1280)
		if view.w%32 != 0 || view.h%32 != 0 || view.w*view.h > 11<<20 {
			t.Errorf("%v is viewed as %v, want multiples of 32 and at most 11 million pixels", size, view)
		}
		covered := 0
		tiles := tilesOf(view.around(image.Rect(0, 0, size.X, size.Y)))
		for i, tile := range tiles {
			if tile.area.Dx()%32 != 0 || tile.area.Dy()%32 != 0 || tile.area.Dx()*tile.area.Dy() > 1600<<10 || !tile.core.In(tile.area) {
				t.Errorf("%v: tile %v with core %v", size, tile.area, tile.core)
			}
			covered += tile.core.Dx() * tile.core.Dy()
			for _, other := range tiles[:i] {
				if !other.core.Intersect(tile.core).Empty() {
					t.Errorf("%v: cores %v and %v overlap", size, other.core, tile.core)
				}
			}
		}
		if covered != view.w*view.h {
			t.Errorf("%v: tiles cover %d of %d pixels", size, covered, view.w*view.h)
		}
	}
}

func TestViewsAreCutToWhatIsThere(t *testing.T) {
	v := firstView(1240, 1754, 1280)
	whole := image.Rect(0, 0, v.w, v.h)
	for name, c := range map[string]struct {
		part image.Rectangle
		cut  bool
	}{
		"a letterhead":    {image.Rect(100, 100, 1100, 300), true},
		"half a page":     {image.Rect(100, 100, 1100, 900), true},
		"a corner":        {image.Rect(1200, 1700, 1240, 1754), true},
		"narrow margins":  {image.Rect(40, 40, 1200, 1700), false},
		"the whole image": {image.Rect(0, 0, 1240, 1754), false},
	} {
		got := v.around(c.part)
		if (got != whole) != c.cut || got.Min.X%32 != 0 || got.Min.Y%32 != 0 || got.Dx()%32 != 0 || got.Dy()%32 != 0 {
			t.Errorf("%s: %v of %v is shown", name, got, whole)
		}
		scale := func(p image.Point) image.Point {
			return image.Pt(int(float64(p.X)/v.scaleX), int(float64(p.Y)/v.scaleY))
		}
		if needed := (image.Rectangle{Min: scale(c.part.Min), Max: scale(c.part.Max)}).Inset(-32).Intersect(whole); !needed.In(got) {
			t.Errorf("%s: %v of %v is shown, it needs %v", name, got, whole, needed)
		}
	}
}
