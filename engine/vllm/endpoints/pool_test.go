package endpoints

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/share"
)

func TestBreaker(t *testing.T) {
	now := time.Unix(0, 0)
	var b breaker
	input := uint64(0)
	next := func() uint64 { input++; return input }
	for range breakerInputs - 1 {
		b.failed(now, next())
	}
	if b.open() || !b.allows(now) {
		t.Fatal("opened too early")
	}
	b.succeeded()
	b.failed(now, next())
	if b.open() {
		t.Fatal("failures that were not in a row opened it")
	}
	for range 10 * breakerInputs {
		if b.failed(now, input) {
			t.Fatal("one input alone opened it")
		}
	}
	for i := range breakerInputs - 1 {
		if opened := b.failed(now, next()); opened != (i == breakerInputs-2) {
			t.Fatalf("opened %v with input %d", opened, i+2)
		}
	}
	if b.allows(now) || b.usable(now) || b.state(now) != "open" {
		t.Fatal("did not open")
	}
	for pause := breakerPause; pause < 4*breakerPauseMax; pause *= 2 {
		want := min(pause, breakerPauseMax)
		if b.allows(now.Add(want - 1)) {
			t.Fatalf("allows before %s", want)
		}
		now = now.Add(want)
		if !b.allows(now) || b.state(now) != "half-open" {
			t.Fatalf("does not allow after %s", want)
		}
		b.sent()
		if b.allows(now) || !b.usable(now) {
			t.Fatal("allows a second request while the first is under way")
		}
		b.failed(now, next())
	}
	now = now.Add(breakerPauseMax)
	b.sent()
	b.withdrawn()
	if !b.allows(now) {
		t.Fatal("a cancelled request closed the way")
	}
	b.sent()
	b.succeeded()
	if b.open() || !b.allows(now) {
		t.Fatal("a success did not close it")
	}
}

// TestBreakerTrustsAProbe: what fails just after the server read a picture of ours is the
// fault of its inputs, whatever else succeeds or fails.
func TestBreakerTrustsAProbe(t *testing.T) {
	now := time.Unix(0, 0)
	var b breaker
	for input := range uint64(breakerInputs) {
		b.failed(now, input)
	}
	b.proved(now)
	for input := range uint64(10 * breakerInputs) {
		if b.failed(now.Add(breakerPause-1), input); input == 3 {
			b.succeeded()
		}
	}
	if b.open() {
		t.Fatal("opened right after a probe")
	}
	now = now.Add(breakerPause)
	for input := range uint64(breakerInputs) {
		b.failed(now, input)
	}
	if !b.open() {
		t.Fatal("trusts a probe for ever")
	}
}

// TestPoolPrefersAnother covers what a retry wants and what it can get.
func TestPoolPrefersAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ready := Status{State: stateReady}
		a := &Server{Config: Config{Name: "a", Weight: 1, MaxInFlight: 3}, status: ready}
		b := &Server{Config: Config{Name: "b", Weight: 1, MaxInFlight: 1}, status: ready}
		p := poolOf([]*Server{a, b}, time.Second)
		got := make(chan *Server, 9)
		take := func(ctx context.Context, avoid *Server) {
			if g, err := p.Acquire(ctx, avoid); err == nil {
				got <- g.Server
			}
		}
		take(t.Context(), a)
		if e := <-got; e != b {
			t.Errorf("got %s, want b", e.Name)
		}
		go take(t.Context(), a) // waits for b
		synctest.Wait()
		take(t.Context(), nil) // passes it
		if e := <-got; e != a {
			t.Errorf("got %s though b is full", e.Name)
		}
		p.Release(Place{Server: b}, Ending{Outcome: Succeeded})
		if e := <-got; e != b {
			t.Errorf("the place went to %s", e.Name)
		}
		begin := time.Now()
		go take(t.Context(), a)
		for len(got) == 0 { // as the watchers do
			time.Sleep(time.Second)
			p.report(b, ready)
			synctest.Wait()
		}
		if e := <-got; e != a || time.Since(begin) != avoidTime {
			t.Errorf("got %s after %s", e.Name, time.Since(begin))
		}
		a.inFlight = 3
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.Acquire(ctx, nil); !errors.Is(err, context.Canceled) || len(p.waiting) != 0 {
			t.Errorf("%v, %d still wait", err, len(p.waiting))
		}
	})
}

// TestPoolDoesNotWaitForServersThatAreDown where a retry wants another.
func TestPoolDoesNotWaitForServersThatAreDown(t *testing.T) {
	a := &Server{Config: Config{Name: "a", Weight: 1, MaxInFlight: 1}, status: Status{State: stateReady}}
	b := &Server{Config: Config{Name: "b", Weight: 1, MaxInFlight: 1}, status: Status{State: stateUnreachable}}
	p := poolOf([]*Server{a, b}, time.Second)
	if g, err := p.Acquire(t.Context(), a); err != nil || g.Server != a {
		t.Errorf("%v, %v", g.Server, err)
	}
}

func TestPoolGivesUpOnceNothingIsUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &Server{Config: Config{Name: "a", Weight: 1, MaxInFlight: 1}, status: Status{State: "ready"}}
		p := poolOf([]*Server{a}, 10*time.Second)
		for input := range uint64(breakerInputs) {
			g, err := p.Acquire(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			p.Release(g, Ending{Outcome: Failed, Input: input})
		}
		begin := time.Now()
		got := make(chan error)
		go func() {
			_, err := p.Acquire(t.Context(), nil)
			got <- err
		}()
		time.Sleep(breakerPause) // the breaker lets one through
		p.report(a, Status{State: "ready"})
		if err := <-got; err != nil || time.Since(begin) != breakerPause {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
		p.Release(Place{Server: a}, Ending{Outcome: Failed})
		p.report(a, Status{State: "unreachable", Detail: "it cannot be reached"})
		go func() {
			_, err := p.Acquire(t.Context(), nil)
			got <- err
		}()
		time.Sleep(10 * time.Second)
		p.report(a, Status{State: "unreachable", Detail: "it cannot be reached"})
		var pr *document.Problem
		if err := <-got; !errors.As(err, &pr) || !pr.Retryable {
			t.Errorf("%v", err)
		}
	})
}

// TestPoolTriesAServerThatIsBack has the breaker open when the server goes; once it is back
// one request goes there at once, whatever the breaker's pause.
func TestPoolTriesAServerThatIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ready, gone := Status{State: "ready"}, Status{State: "unreachable"}
		a := &Server{Config: Config{Name: "a", Weight: 1, MaxInFlight: 8}, status: ready}
		p := poolOf([]*Server{a}, 10*time.Second)
		for range breakerInputs {
			if _, err := p.Acquire(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		for input := range uint64(breakerInputs) {
			p.Release(Place{Server: a}, Ending{Outcome: Failed, Input: input})
		}
		p.report(a, gone)
		got := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := p.Acquire(t.Context(), nil)
				got <- err
			}()
		}
		synctest.Wait()
		p.report(a, ready)
		synctest.Wait()
		if len(got) != 1 {
			t.Fatalf("%d requests went to the server that is back, want 1", len(got))
		}
		p.Release(Place{Server: a}, Ending{Outcome: Succeeded})
		for range 2 {
			if err := <-got; err != nil {
				t.Error(err)
			}
		}
	})
}

// poolOf makes a pool of servers that nobody watches.
func poolOf(servers []*Server, down time.Duration) *Pool {
	p := New(nil, Watch{DownTimeout: down})
	p.servers = servers
	for _, s := range servers {
		s.time = share.New(share.Time())
	}
	return p
}
