// Package pool starts the rendering children, shares them among documents and images, and
// talks to them.
package pool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"ocr-gateway/raster/sandbox"
)

// ErrClosed means that the rasterizer is closing.
var ErrClosed = errors.New("rasterizer is closed")

// ErrNoChild means that no child can be started, which is no document's fault.
var ErrNoChild = errors.New("no raster child can be started")

// RestartDelay is how long the pool waits after a child could not be started.
const RestartDelay = time.Second

// slice is how long a document keeps its child while others wait for one: a child
// costs some 20 ms of processor time until it has drawn its first page.
const slice = 2 * time.Second

// Config says what the children may take.
type Config struct {
	Command   []string // starts a child; empty means this program with the argument "render"
	Library   *os.File // that they draw with; see mupdf.OpenLibrary
	Children  int      // how many may hold a document with pages
	Decoders  int      // how many may decode images beside them
	Spares    int      // how many are kept started
	MaxPixels int      // of a page
	Memory    int64    // bytes of address space of each, beyond what it has at start
}

// Pool shares a bounded number of children among documents. One that needs a child
// waits in turn. One that has a child but no use for it at the moment, because its
// page is not wanted yet, its reader is slow or memory is short, parks it: it may go on
// with it later, unless another document took its place meanwhile. Who waits
// urgently, with a new document or a page that holds memory, may take a parked
// child at once, others when its document has had it for a slice. A child at a call
// that takes long (slowCall) gives its place away and goes on beside the others, with what
// they leave of the processors; when it is done it is not used again. So pages that take
// all of their time, however many, do not keep other documents waiting.
type Pool struct {
	// Decoders are the children that decode images.
	Decoders *Decoders

	start func() (*Child, error)
	log   *slog.Logger
	spare chan *Child // started, without a document
	fault chan fault  // why there is no spare
	stop  chan struct{}
	ended chan struct{} // closed when the spawner and all children are gone

	children sync.WaitGroup
	state    startState

	mu      sync.Mutex
	closed  bool
	free    int                  // places not taken
	leased  map[*Child]time.Time // children holding a place, since when
	parked  []*Child             // of those, the idle ones, longest first
	late    map[*Child]struct{}  // children at work without a place, see overrun
	most    int                  // of those: as many as there are places
	waiting []*place             // who waits for a place, the urgent and then the longest first
	reclaim *time.Timer          // calls pass when the next parked child has had its slice; nil for none
}

// place is somebody's wait for one.
type place struct {
	urgent bool
	given  chan struct{} // closed then
}

// fault is a child that could not be started.
type fault struct {
	tried time.Time
	err   error
}

// New starts the spare children. Close ends all.
func New(cfg Config, log *slog.Logger) *Pool { return newPool(cfg, newStarter(cfg, log).start, log) }

func newPool(cfg Config, start func() (*Child, error), log *slog.Logger) *Pool {
	p := &Pool{
		start:  start,
		log:    log,
		spare:  make(chan *Child, cfg.Spares-1), // one more is in the spawner's hand
		fault:  make(chan fault),
		stop:   make(chan struct{}),
		ended:  make(chan struct{}),
		free:   cfg.Children,
		leased: make(map[*Child]time.Time),
		late:   make(map[*Child]struct{}),
		most:   cfg.Children,
	}
	p.Decoders = newDecoders(cfg, p)
	go p.spawn()
	return p
}

// spawn keeps spares ready until the pool closes.
func (p *Pool) spawn() {
	// The kernel kills a child when the thread that started it ends, not the
	// process: this thread therefore starts all of them and lives as long.
	runtime.LockOSThread()
	defer close(p.ended)
	if err := sandbox.DropPrivileges(); err != nil {
		p.log.Warn("raster children may keep privileges of the gateway", "error", err)
	}
	for p.offer() {
	}
	for {
		select {
		case c := <-p.spare:
			c.kill()
		default:
			p.children.Wait()
			return
		}
	}
}

// offer starts a child and keeps it until somebody takes it. False means stop. When none
// can be started, the next is tried after a while, or at once when somebody takes the fault.
func (p *Pool) offer() bool {
	tried := time.Now()
	c, err := p.start()
	if err != nil {
		p.state.failed(err)
		p.log.Error("raster child does not start", "error", err)
		select {
		case p.fault <- fault{tried, fmt.Errorf("%w: %w", ErrNoChild, err)}:
		case <-time.After(RestartDelay):
		case <-p.stop:
			return false
		}
		return true
	}
	p.children.Go(func() { p.follow(c) })
	select {
	case p.spare <- c:
		return true
	case <-c.exited: // nobody's fault and nobody's loss, but not to be repeated in haste
		p.log.Warn("idle raster child ended")
		select {
		case <-time.After(RestartDelay):
			return true
		case <-p.stop:
			return false
		}
	case <-p.stop:
		c.kill()
		return false
	}
}

// follow notes what becomes of a child, until its end.
func (p *Pool) follow(c *Child) {
	select {
	case <-c.up:
		p.state.came(c)
		<-c.exited
		p.state.left(c)
	case <-c.exited:
		if !p.stopping() {
			p.state.failed(errDiedEarly)
		}
	}
}

// errDiedEarly means that a child ended before it was ready.
var errDiedEarly = errors.New("raster child ended before it was ready")

func (p *Pool) stopping() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

// Acquire waits for a place, in turn, and gives a child without a document.
func (p *Pool) Acquire(ctx context.Context, urgent bool) (*Child, error) {
	if err := p.takePlace(ctx, urgent); err != nil {
		return nil, err
	}
	return p.takeSpare(ctx)
}

// TryAcquire returns a child only if a place is free and nobody waits for it.
func (p *Pool) TryAcquire(ctx context.Context) *Child {
	p.mu.Lock()
	if p.closed || p.free == 0 {
		p.mu.Unlock()
		return nil
	}
	p.free--
	p.mu.Unlock()
	c, err := p.takeSpare(ctx)
	if err != nil {
		return nil
	}
	return c
}

func (p *Pool) takePlace(ctx context.Context, urgent bool) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrClosed
	}
	if p.free > 0 {
		p.free--
		p.mu.Unlock()
		return nil
	}
	wait := &place{urgent: urgent, given: make(chan struct{})}
	at := len(p.waiting)
	if urgent {
		at = p.urgent()
	}
	p.waiting = slices.Insert(p.waiting, at, wait)
	p.pass()
	p.mu.Unlock()
	select {
	case <-wait.given:
		return nil
	case <-p.stop:
		return ErrClosed
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, wait); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	} else {
		p.givePlace()
	}
	return context.Cause(ctx)
}

// urgent counts who waits urgently. p.mu is held.
func (p *Pool) urgent() int {
	n := slices.IndexFunc(p.waiting, func(w *place) bool { return !w.urgent })
	if n < 0 {
		return len(p.waiting)
	}
	return n
}

// pass takes parked children from their documents for those who wait. p.mu is held.
func (p *Pool) pass() {
	for len(p.waiting) > 0 && len(p.parked) > 0 {
		at := 0
		if !p.waiting[0].urgent {
			for i, c := range p.parked {
				if p.leased[c].Before(p.leased[p.parked[at]]) {
					at = i
				}
			}
			if left := slice - time.Since(p.leased[p.parked[at]]); left > 0 {
				p.passIn(left)
				return
			}
		}
		c := p.parked[at]
		p.parked = slices.Delete(p.parked, at, at+1)
		delete(p.leased, c)
		c.kill()
		p.givePlace()
	}
}

// passIn calls pass again in a while. p.mu is held.
func (p *Pool) passIn(d time.Duration) {
	if p.reclaim == nil {
		p.reclaim = time.AfterFunc(d, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.pass()
		})
	}
	p.reclaim.Reset(d)
}

// fresh returns a started child that has seen no document. One that has ended while it was
// idle, killed for want of memory for example, is passed over once.
func (p *Pool) fresh(ctx context.Context) (*Child, error) {
	came := time.Now()
	for range 2 {
		c, err := p.started(ctx, came)
		if err != nil {
			return nil, err
		}
		select {
		case <-c.up:
			if c.killed.Err() == nil {
				return c, nil
			}
		case <-c.exited:
		case <-ctx.Done():
			c.kill()
			return nil, context.Cause(ctx)
		}
	}
	return nil, fmt.Errorf("%w: %w", ErrNoChild, errDiedEarly)
}

// started takes a spare for somebody who came at a time. What could not be started before
// that says nothing about now: taking that fault has the next child tried at once.
func (p *Pool) started(ctx context.Context, came time.Time) (*Child, error) {
	for {
		select {
		case c := <-p.spare:
			return c, nil
		case f := <-p.fault:
			if !f.tried.Before(came) {
				return nil, f.err
			}
		case <-p.stop:
			return nil, ErrClosed
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// takeSpare turns a place into a child, and gives the place back if it cannot.
func (p *Pool) takeSpare(ctx context.Context) (c *Child, err error) {
	c, err = p.fresh(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.givePlace()
		return nil, err
	}
	if p.closed {
		c.kill()
		return nil, ErrClosed
	}
	p.leased[c] = time.Now()
	return c, nil
}

// givePlace hands a place to who is first in line. p.mu is held.
func (p *Pool) givePlace() {
	if len(p.waiting) == 0 {
		p.free++
		return
	}
	close(p.waiting[0].given)
	p.waiting = p.waiting[1:]
}

// overrun takes the place of a child that has been at one call for long. The memory of such children is bounded by their number: over it they keep
// their places.
func (p *Pool) overrun(c *Child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, here := p.leased[c]; !here || len(p.late) >= p.most {
		return
	}
	delete(p.leased, c)
	p.late[c] = struct{}{}
	p.givePlace()
}

// Park marks a leased child as idle, for others to take.
func (p *Pool) Park(c *Child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end(c) {
		return
	}
	p.parked = append(p.parked, c)
	p.pass()
}

// end ends a child that was late; false when it was not. p.mu is held.
func (p *Pool) end(c *Child) bool {
	if _, was := p.late[c]; !was {
		return false
	}
	delete(p.late, c)
	c.kill()
	return true
}

// Overdue reports whether a child's document should give it away.
func (p *Pool) Overdue(c *Child) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, late := p.late[c]; late {
		return true
	}
	return len(p.waiting) > 0 && (p.waiting[0].urgent || time.Since(p.leased[c]) > slice)
}

// Wanted reports whether somebody waits for a child.
func (p *Pool) Wanted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting) > 0
}

// Unpark takes a parked child back. False means that it is gone.
func (p *Pool) Unpark(c *Child) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.parked, c)
	if i < 0 {
		return false
	}
	p.parked = slices.Delete(p.parked, i, i+1)
	return true
}

// Release kills a child, because it has seen a document, and gives its place away.
// Releasing one that is gone already does nothing.
func (p *Pool) Release(c *Child) {
	c.kill()
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.leased[c]; p.end(c) || !ok {
		return
	}
	delete(p.leased, c)
	if i := slices.Index(p.parked, c); i >= 0 {
		p.parked = slices.Delete(p.parked, i, i+1)
	}
	p.givePlace()
}

// Close kills all children and waits for them until ctx is done.
func (p *Pool) Close(ctx context.Context) error {
	p.Decoders.close()
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.stop)
		if p.reclaim != nil {
			p.reclaim.Stop()
		}
	}
	for c := range p.leased {
		c.kill()
	}
	for c := range p.late {
		c.kill()
	}
	p.mu.Unlock()
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
