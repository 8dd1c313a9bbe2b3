package enginetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/document"
)

// endsCanceled cancels a region in the middle of it.
func endsCanceled(t *testing.T, s Suite, r Recognizer) {
	var err error
	if s.Stuck != nil {
		stuck, asked := s.Stuck(t)
		err = endsWhileStuck(t.Context(), stuck, s.Page(), asked, time.Minute)
	} else {
		err = endsBetweenSteps(t.Context(), r)
	}
	if err != nil {
		t.Error(err)
	}
}

// endsWhileStuck cancels a region while its model does not answer. An engine that has not
// ended within limit waits for its model.
func endsWhileStuck(ctx context.Context, r Recognizer, page *document.Page, asked <-chan struct{}, limit time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := r.Recognize(ctx, page, whole(page), document.Options{})
		ended <- err
	}()
	select {
	case <-asked:
	case err := <-ended:
		return errors.Join(errors.New("the region ended before its model was asked"), err)
	}
	cancel()
	select {
	case err := <-ended:
		return wantCanceled(err)
	case <-time.After(limit):
		return fmt.Errorf("the engine waits for its model %s after the region was canceled", limit)
	}
}

// endsBetweenSteps cancels a region at a look that the engine takes at its context in the
// middle of it. One that only looks as it begins and ends looks no more often at a long
// page than at a short one.
func endsBetweenSteps(ctx context.Context, r Recognizer) error {
	const manyLines = 30
	read := func(lines, cancelAt int) (looks int, err error) {
		watched := watch(ctx, cancelAt)
		defer watched.cancel()
		page := pageOf(lines)
		_, err = r.Recognize(watched, page, whole(page), document.Options{})
		return int(watched.looks.Load()), err
	}
	short, err := read(1, 0)
	if err != nil {
		return err
	}
	long, err := read(manyLines, 0)
	if err != nil {
		return err
	}
	if long <= short {
		return fmt.Errorf("the engine looked %d times at its context to read 1 line, and %d times to read %d: it must look between steps", short, long, manyLines)
	}
	looks, err := read(manyLines, (short+long)/2)
	if looks == long {
		return errors.New("the engine read a canceled region to its end")
	}
	return wantCanceled(err)
}

func wantCanceled(err error) error {
	if !errors.Is(err, context.Canceled) {
		return errors.Join(errors.New("the canceled region did not end with an error that leads to context.Canceled"), err)
	}
	return nil
}

// watched is a context that counts the looks at it, and is canceled at one of them.
type watched struct {
	context.Context
	cancel   context.CancelFunc
	cancelAt int64 // 0 means never
	looks    atomic.Int64
}

func watch(ctx context.Context, cancelAt int) *watched {
	ctx, cancel := context.WithCancel(ctx)
	return &watched{Context: ctx, cancel: cancel, cancelAt: int64(cancelAt)}
}

func (w *watched) look() {
	if w.looks.Add(1) == w.cancelAt {
		w.cancel()
	}
}

func (w *watched) Done() <-chan struct{} {
	w.look()
	return w.Context.Done()
}

func (w *watched) Err() error {
	w.look()
	return w.Context.Err()
}
