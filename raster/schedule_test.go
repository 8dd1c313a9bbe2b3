package raster_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

// TestPagesWithoutColorAreGray wants them in a quarter of the memory, and colored
// ones as they are.
func TestPagesWithoutColorAreGray(t *testing.T) {
	r, b := newRasterizer(t, nil)
	for content, want := range map[string]struct {
		gray  bool
		bytes int64
		at    color.RGBA // of a pixel in the rectangle
	}{
		"0 g 10 10 80 80 re f":                          {true, 100 * 100, color.RGBA{0, 0, 0, 255}},
		"1 0 0 rg 10 10 80 80 re f":                     {false, 4 * 100 * 100, color.RGBA{255, 0, 0, 255}},
		"0 g 10 10 80 80 re f 0 0 1 rg 99 0 1 1 re f":   {false, 4 * 100 * 100, color.RGBA{0, 0, 0, 255}}, // the last pixel
		"0 g 10 10 80 80 re f 0 .9 .9 rg 0 99 1 1 re f": {false, 4 * 100 * 100, color.RGBA{0, 0, 0, 255}}, // the first
	} {
		pages, err := r.Open(t.Context(), document.NewSource("", pageOf("/MediaBox[0 0 100 100]", content)), document.Options{DPI: 72})
		if err != nil {
			t.Fatal(err)
		}
		for page, err := range pages.Seq {
			if err != nil {
				t.Fatal(err)
			}
			_, gray := page.Image.(*image.Gray)
			got := color.RGBAModel.Convert(page.Image.At(50, 50))
			if gray != want.gray || b.used != want.bytes || got != want.at {
				t.Errorf("%s: gray %v with %d bytes, pixel %v; want %+v", content, gray, b.used, got, want)
			}
			page.Release()
		}
		pages.Close()
	}
}

// TestPagesWaitForBegin wants pages to begin in order and only when they may, and
// the sequence to end when one must not.
func TestPagesWaitForBegin(t *testing.T) {
	r, b := newRasterizer(t, nil)
	pages, err := openFile(t, r, "dense.pdf", document.Options{DPI: 36})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	errNoMore := errors.New("no more")
	var asked []int
	pages.Begin = func(_ context.Context, page int) error {
		if asked = append(asked, page); page == 4 {
			return errNoMore
		}
		if begun := b.pages(); begun != page-1 {
			t.Errorf("page %d may begin, %d have", page, begun)
		}
		return nil
	}
	got := 0
	for page, err := range pages.Seq {
		if page == nil {
			if !errors.Is(err, errNoMore) {
				t.Error(err)
			}
			break
		}
		got++
		page.Release()
	}
	if got != 3 || !slices.Equal(asked, []int{1, 2, 3, 4}) {
		t.Errorf("%d pages, asked for %v", got, asked)
	}
}

// TestChildrenAreLentBySlices has twice as many documents as children, whose pages
// all have to wait: children must not change hands at every page.
func TestChildrenAreLentBySlices(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.Workers, c.MaxChildren = 1, 2 })
	const documents, length = 4, 20
	one, err := document.ParsePageRange(fmt.Sprint("1-", length))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[int]bool{}
	begin := time.Now()
	var readers sync.WaitGroup
	for range documents {
		readers.Go(func() {
			pages, err := openFile(t, r, "dense.pdf", document.Options{DPI: 36, Pages: one})
			if err != nil {
				t.Error(err)
				return
			}
			defer pages.Close()
			pages.Begin = func(ctx context.Context, _ int) error {
				for r.Parked() == 0 && ctx.Err() == nil { // as who is not wanted for long
					runtime.Gosched()
				}
				mu.Lock()
				defer mu.Unlock()
				for _, pid := range r.ChildPIDs() {
					seen[pid] = true
				}
				return ctx.Err()
			}
			read := 0
			for page, err := range pages.Seq {
				if err != nil {
					t.Error(err)
				}
				page.Release()
				read++
			}
			if read != length {
				t.Errorf("%d pages, want %d", read, length)
			}
		})
	}
	readers.Wait()
	// On a slow machine slices end, and calls are slow: four children at once, two without
	// a place, go after half a second at the soonest.
	slow := documents + 4*int(time.Since(begin)/(500*time.Millisecond))
	if most := max(documents*length/3, slow); len(seen) > most {
		t.Errorf("%d children for %d pages, want at most %d", len(seen), documents*length, most)
	}
}
