package enginetest

import (
	"context"
	"testing"
	"time"

	"ocr-gateway/document"
)

// engine is a Recognizer that does nothing but what read says.
type engine struct {
	read func(ctx context.Context, page *document.Page) error
}

func (e engine) Recognize(ctx context.Context, page *document.Page, _ document.Region, _ document.Options) (document.Recognition, error) {
	return document.Recognition{}, e.read(ctx, page)
}
func (engine) Info() document.Info { return document.Info{} }
func (engine) Slots() int          { return 1 }

// TestDeafEnginesFail has engines that ignore their context, each in its own way, and one
// of each kind that does not.
func TestDeafEnginesFail(t *testing.T) {
	for name, tc := range map[string]struct {
		read  func(ctx context.Context, page *document.Page) error
		hears bool
	}{
		"looks at each line": {func(ctx context.Context, page *document.Page) error {
			for range page.Height / 100 {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			return nil
		}, true},
		"never looks":        {func(context.Context, *document.Page) error { return nil }, false},
		"looks at the start": {func(ctx context.Context, _ *document.Page) error { return ctx.Err() }, false},
		"looks at the start and at the end": {func(ctx context.Context, _ *document.Page) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return ctx.Err()
		}, false},
		"looks and goes on": {func(ctx context.Context, page *document.Page) error {
			for range page.Height / 100 {
				_ = ctx.Err()
			}
			return ctx.Err()
		}, false},
		"hides that it was canceled": {func(ctx context.Context, page *document.Page) error {
			for range page.Height / 100 {
				if ctx.Err() != nil {
					return nil
				}
			}
			return nil
		}, false},
	} {
		if err := endsBetweenSteps(t.Context(), engine{tc.read}); (err == nil) != tc.hears {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEnginesDeafWhileTheirModelIsStuckFail(t *testing.T) {
	answer := make(chan struct{})
	defer close(answer)
	for name, tc := range map[string]struct {
		wait  func(ctx context.Context) error
		limit time.Duration
		hears bool
	}{
		"hears":                   {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, time.Minute, true},
		"waits for the model":     {func(context.Context) error { <-answer; return nil }, 10 * time.Millisecond, false},
		"does not wait for it":    {func(context.Context) error { return nil }, time.Minute, false},
		"says what it likes":      {func(ctx context.Context) error { <-ctx.Done(); return context.DeadlineExceeded }, time.Minute, false},
		"says that all went well": {func(ctx context.Context) error { <-ctx.Done(); return nil }, time.Minute, false},
	} {
		asked := make(chan struct{}, 1)
		stuck := engine{func(ctx context.Context, _ *document.Page) error {
			asked <- struct{}{}
			return tc.wait(ctx)
		}}
		if err := endsWhileStuck(t.Context(), stuck, TextPage(), asked, tc.limit); (err == nil) != tc.hears {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := endsWhileStuck(t.Context(), engine{func(context.Context, *document.Page) error { return nil }}, TextPage(), nil, time.Minute); err == nil {
		t.Error("a region that never came to its model")
	}
}
