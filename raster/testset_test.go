package raster_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ocr-gateway/document"
)

// TestTestset opens everything in the test set: each file ends in pages or in a
// problem for people, in time.
func TestTestset(t *testing.T) {
	root := os.Getenv("OCR_TESTSET")
	if root == "" {
		t.Skip("OCR_TESTSET names no folder with a test set")
	}
	r, _ := newRasterizer(t, nil)
	err := filepath.WalkDir(filepath.Join(root, "files"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		t.Run(e.Name(), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			pages, err := r.Open(t.Context(), document.NewSource(e.Name(), data), document.Options{})
			var problem *document.Problem
			if err != nil {
				if !errors.As(err, &problem) {
					t.Fatalf("not a problem: %v", err)
				}
				t.Logf("%v: %v", time.Since(start).Round(time.Millisecond), err)
				return
			}
			defer pages.Close()
			for page, err := range pages.Seq {
				switch {
				case page == nil:
					t.Fatal(err)
				case err != nil && !errors.As(err, &problem):
					t.Errorf("not a problem: %v", err)
				case err != nil:
					t.Logf("%v: %v", time.Since(start).Round(time.Millisecond), err)
				case page.Number > 3:
				default:
					t.Logf("%v: page %d of %d: %d x %d %T %g dpi scaled %v", time.Since(start).Round(time.Millisecond), page.Number, pages.Total, page.Width, page.Height, page.Image, page.DPI, page.Scaled)
				}
				if page != nil && len(page.Faults) > 0 {
					t.Logf("page %d: faults %q", page.Number, page.Faults)
				}
				page.Release()
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
