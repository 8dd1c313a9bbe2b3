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
		tiles := view.tiles()
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
