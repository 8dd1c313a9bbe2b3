package plane_test

import (
	"slices"
	"testing"

	"ocr-gateway/internal/plane"
)

func TestOverlap(t *testing.T) {
	a := plane.Box{X0: 0, Y0: 0, X1: 10, Y1: 4}
	for name, tt := range map[string]struct {
		b              plane.Box
		x, y, area, in float64
		center         bool
	}{
		"inside":    {plane.Box{X0: 2, Y0: 1, X1: 6, Y1: 3}, 4, 2, 8, 0.2, true},
		"across":    {plane.Box{X0: 8, Y0: 2, X1: 14, Y1: 6}, 2, 2, 4, 0.1, false},
		"beside":    {plane.Box{X0: 13, Y0: 1, X1: 15, Y1: 3}, -3, 2, 0, 0, false},
		"no height": {plane.Box{X0: 1, Y0: 2, X1: 3, Y1: 2}, 2, 0, 0, 0, true},
	} {
		if x, y, area := a.OverlapX(tt.b), a.OverlapY(tt.b), a.Overlap(tt.b); x != tt.x || y != tt.y || area != tt.area {
			t.Errorf("%s: overlap %v %v, area %v; want %v %v, %v", name, x, y, area, tt.x, tt.y, tt.area)
		}
		if in := a.ShareIn(tt.b); in != tt.in {
			t.Errorf("%s: share %v, want %v", name, in, tt.in)
		}
		if got := a.HoldsCenter(tt.b); got != tt.center {
			t.Errorf("%s: center inside is %v", name, got)
		}
	}
	if in := (plane.Box{X0: 3, X1: 3, Y1: 5}).ShareIn(a); in != 0 {
		t.Errorf("a box without area has share %v", in)
	}
}

func TestUnion(t *testing.T) {
	got := plane.Box{X0: 1, Y0: 2, X1: 3, Y1: 4}.Union(plane.Box{X0: 0, Y0: 3, X1: 2, Y1: 9})
	if want := (plane.Box{X0: 0, Y0: 2, X1: 3, Y1: 9}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSpans(t *testing.T) {
	a, b := plane.Span{From: 1, To: 4}, plane.Span{From: 3, To: 9}
	if a.Length() != 3 || a.Overlap(b) != 1 || b.Overlap(a) != 1 || a.Overlap(plane.Span{From: 6, To: 7}) != -2 {
		t.Errorf("length %v, overlaps %v %v", a.Length(), a.Overlap(b), a.Overlap(plane.Span{From: 6, To: 7}))
	}
}

func TestGaps(t *testing.T) {
	for cells, want := range map[string][]plane.Span{
		"##..#...##":  {{From: 5, To: 8}},
		"...#...#...": {{From: 4, To: 7}}, // not at the ends
		"#....#...#":  {{From: 1, To: 5}, {From: 6, To: 9}},
		"#..#":        nil, // too short
		"....":        nil,
		"":            nil,
	} {
		if got := plane.Gaps(len(cells), 3, func(i int) bool { return cells[i] == '.' }); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", cells, got, want)
		}
	}
}
