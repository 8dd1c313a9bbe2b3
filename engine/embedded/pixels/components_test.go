package pixels

import (
	"image"
	"math/rand/v2"
	"slices"
	"testing"
)

// flooded are the components of a grid by flooding, mark by mark.
func flooded(marked []uint8, width int) (boxes []image.Rectangle) {
	var flood func(x, y int) image.Rectangle
	flood = func(x, y int) image.Rectangle {
		if x < 0 || y < 0 || x >= width || y >= len(marked)/width || marked[y*width+x] == 0 {
			return image.Rectangle{}
		}
		marked[y*width+x] = 0
		box := image.Rect(x, y, x+1, y+1)
		for i := range 9 {
			box = box.Union(flood(x+i%3-1, y+i/3-1))
		}
		return box
	}
	for i := range marked {
		if marked[i] != 0 {
			boxes = append(boxes, flood(i%width, i/width))
		}
	}
	return boxes
}

// TestComponents: on grids from sparse to full, runs give what flooding gives, in the same order.
func TestComponents(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		width, height := 1+random.IntN(24), random.IntN(16)
		share := random.Float64()
		marked := make([]uint8, width*height)
		for at := range marked {
			if random.Float64() < share {
				marked[at] = uint8(1 + random.IntN(255))
			}
		}
		want := flooded(slices.Clone(marked), width)
		if got := Components(marked, width); !slices.Equal(got, want) {
			t.Fatalf("grid %d of %d x %d: %v, want %v", i, width, height, got, want)
		}
	}
	if got := Components(nil, 0); got != nil {
		t.Errorf("an empty grid has %v", got)
	}
}

func BenchmarkComponents(b *testing.B) {
	const width, height = 1200, 200 // a strip of print on which a half is dark
	print := make([]uint8, width*height)
	for i := range print {
		if i%width > width/2 || i/width%20 < 9 && i%7 < 3 {
			print[i] = 1
		}
	}
	for b.Loop() {
		Components(print, width)
	}
}
