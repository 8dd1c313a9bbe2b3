package pipeline_test

import (
	"context"
	"errors"
	"image"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// preparingEngine takes 100 bytes of each region and reads when it is told to.
type preparingEngine struct {
	fakeEngine
	goOn chan struct{}
}

func (e *preparingEngine) Prepare(_ context.Context, page *document.Page, region document.Region, _ document.Options) (document.Prepared, error) {
	if page.Image == nil {
		return document.Prepared{}, errors.New("the page was released too early")
	}
	if region.Order == 2 {
		return document.Prepared{}, errors.New("this region cannot be encoded")
	}
	return document.Prepared{Bytes: 100, Read: func(ctx context.Context) (document.Recognition, error) {
		select {
		case <-e.goOn:
			return document.Recognition{Content: region.ID}, nil
		case <-ctx.Done():
			return document.Recognition{}, ctx.Err()
		}
	}}, nil
}

// TestPixelsGoBeforeTheAnswer wants a page that waits for the model to hold what was taken
// from it and no more.
func TestPixelsGoBeforeTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &preparingEngine{fakeEngine: fakeEngine{slots: 4}, goOn: make(chan struct{})}
		var held atomic.Int64
		held.Store(1000)
		page := &document.Page{Number: 1, Image: image.NewGray(image.Rect(0, 0, 1, 1)), Free: held.Store}
		p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
			Raster: onePage{page}, Main: pipeline.Backend{Detector: fakeDetector{regions: 4}, Recognizer: engine}, Text: joined, Markdown: joined,
		}, slog.New(slog.DiscardHandler))
		var got *document.PageResult
		done := make(chan error)
		go func() {
			_, err := p.Run(t.Context(), document.NewSource("a", nil), document.Options{}, func(e document.Event) {
				if e.Page != nil {
					got = e.Page
				}
			})
			done <- err
		}()
		synctest.Wait()
		if page.Image != nil || held.Load() != 300 {
			t.Errorf("while the model works the page holds %d bytes, want the 300 of three regions; pixels %v", held.Load(), page.Image)
		}
		close(engine.goOn)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if held.Load() != 0 {
			t.Errorf("%d bytes are held at the end", held.Load())
		}
		if got.Status != document.StatusPartial || got.Text != "p1r1  p1r3 p1r4" {
			t.Errorf("page is %s: %q", got.Status, got.Text)
		}
	})
}

// onePage yields its page.
type onePage struct{ page *document.Page }

func (r onePage) Open(context.Context, *document.Source, document.Options) (*document.Pages, error) {
	return &document.Pages{Total: 1, Numbers: []int{1}, Close: func() {}, Seq: func(yield func(*document.Page, error) bool) {
		yield(r.page, nil)
	}}, nil
}
