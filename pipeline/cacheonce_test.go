package pipeline_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// flock runs the same page in several documents at once; the first has reached the
// engine before the others start.
func flock(t *testing.T, p *pipeline.Pipeline, entered chan struct{}, n int, leader context.Context) (*document.Result, []*document.Result) {
	t.Helper()
	var all sync.WaitGroup
	var first *document.Result
	others := make([]*document.Result, n)
	all.Go(func() { first, _ = p.Run(leader, source(), document.Options{}, func(document.Event) {}) })
	<-entered
	for i := range n {
		all.Go(func() { others[i], _ = p.Run(t.Context(), source(), document.Options{}, func(document.Event) {}) })
	}
	all.Wait()
	return first, others
}

// heldReader reads when release is closed; entered tells of each region that waits.
func heldReader() (r *reader, entered, release chan struct{}) {
	entered, release = make(chan struct{}, 100), make(chan struct{})
	r = newReader()
	r.read = func(context.Context, document.Region) (document.Recognition, error) {
		entered <- struct{}{}
		<-release
		return document.Recognition{Content: "x"}, nil
	}
	return r, entered, release
}

func TestEqualPagesAtOnceAreReadOnce(t *testing.T) {
	r, entered, release := heldReader()
	p := withCache(&memoryCache{}, "", sheets{4, noisy}, r)
	go close(release)
	first, others := flock(t, p, entered, 8, t.Context())
	for _, result := range append(others, first) {
		if result.Status != document.StatusOK || result.Summary.OK != 4 {
			t.Errorf("%s: %+v", result.Status, result.Summary)
		}
	}
	if n := r.calls.Load(); n != 3 {
		t.Errorf("%d calls for one page of 3 regions", n)
	}
}

// TestCanceledLeaderFailsNobody cancels the run that reads the page others wait for.
func TestCanceledLeaderFailsNobody(t *testing.T) {
	entered := make(chan struct{}, 100)
	leader, cancel := context.WithCancel(t.Context())
	var waits atomic.Bool
	waits.Store(true)
	r := newReader()
	r.read = func(ctx context.Context, _ document.Region) (document.Recognition, error) {
		entered <- struct{}{}
		if waits.Load() {
			<-ctx.Done()
			return document.Recognition{}, ctx.Err()
		}
		return document.Recognition{Content: "x"}, nil
	}
	p := withCache(&memoryCache{}, "", sheets{1, noisy}, r)
	all := make(chan struct{}, 1)
	var watch sync.WaitGroup
	watch.Go(func() {
		for range 3 { // regions of the leader
			<-entered
		}
		waits.Store(false)
		all <- struct{}{}
		cancel()
	})
	first, others := flock(t, p, all, 8, leader)
	watch.Wait()
	if n := r.calls.Load(); n != 6 {
		t.Errorf("%d calls, want 3 of the leader and 3 of one of the others", n)
	}
	if first.Status != document.StatusCanceled {
		t.Errorf("the leader ended %s", first.Status)
	}
	for _, result := range others {
		if result.Status != document.StatusOK {
			t.Errorf("%s: %+v", result.Status, result.Error)
		}
	}
}

// TestFailedLeaderFailsOnlyItself: who waited tries for itself, all at once.
func TestFailedLeaderFailsOnlyItself(t *testing.T) {
	entered, release := make(chan struct{}, 100), make(chan struct{})
	r := newReader()
	var failed atomic.Int64
	r.read = func(_ context.Context, region document.Region) (document.Recognition, error) {
		if failed.Add(1) <= 3 {
			entered <- struct{}{}
			<-release
			return document.Recognition{}, errors.New("down")
		}
		return document.Recognition{Content: "x"}, nil
	}
	p := withCache(&memoryCache{}, "", sheets{1, noisy}, r)
	go close(release)
	first, others := flock(t, p, entered, 4, t.Context())
	if first.Status != document.StatusFailed {
		t.Errorf("the first ended %s", first.Status)
	}
	for _, result := range others {
		if result.Status != document.StatusOK {
			t.Errorf("%s: %+v", result.Status, result.Error)
		}
	}
	if _, pages := readPages(t, p, document.Options{}); !pages[1].Cached {
		t.Error("what they read was not kept")
	}
}

// TestWaitingEndsWithTheContext: a follower does not outlive its own request.
func TestWaitingEndsWithTheContext(t *testing.T) {
	r, entered, release := heldReader()
	p := withCache(&memoryCache{}, "", sheets{1, noisy}, r)
	var leader sync.WaitGroup
	leader.Go(func() { p.Run(t.Context(), source(), document.Options{}, func(document.Event) {}) })
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	result, err := p.Run(ctx, source(), document.Options{}, func(e document.Event) { cancel() })
	if err == nil || result.Status != document.StatusCanceled {
		t.Errorf("%s, %v", result.Status, err)
	}
	close(release)
	leader.Wait()
}
