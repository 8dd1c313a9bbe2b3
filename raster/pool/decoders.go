package pool

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// Decoders lends children to images, one image at a time. They are not those of the
// pool's documents: an image is done in one go, so nothing is parked or taken away. A child
// in which only decoders written in Go have seen an image goes on with the next:
// a start costs some 10 ms of processor time, as much as an image.
type Decoders struct {
	pool   *Pool
	places chan struct{} // a token for each child in use
	heavy  *semaphore.Weighted
	total  int64 // of heavy, in bytes
	share  int64 // of it, the least for an image

	mu     sync.Mutex
	closed bool
	inUse  map[*Child]struct{}
	idle   []idleChild // longest unused first
	trim   *time.Timer // ends those idle for long; nil before there is one
}

// idleChild is done with an image and waits for the next.
type idleChild struct {
	*Child
	since time.Time
}

// idleTime is how long children wait for another image. The pool's spares are ready then.
const idleTime = 10 * time.Second

// What more than this is a heavy image: an A4 page at 400 dpi in color is none, a
// progressive JPEG has some ten scans.
const (
	lightMemory = 192 << 20
	lightScans  = 32
)

// newDecoders has two places or more. Heavy images take at most
// half of the places, and together the memory of one child.
func newDecoders(cfg Config, p *Pool) *Decoders {
	return &Decoders{
		pool:   p,
		places: make(chan struct{}, cfg.Decoders),
		heavy:  semaphore.NewWeighted(cfg.Memory),
		total:  cfg.Memory,
		share:  cfg.Memory / int64(cfg.Decoders/2),
		inUse:  make(map[*Child]struct{}),
	}
}

// Charge waits until an image that takes memory may be decoded. release gives that back.
func (d *Decoders) Charge(ctx context.Context, memory int64, scans int) (release func(), err error) {
	if memory <= lightMemory && scans <= lightScans {
		return func() {}, nil
	}
	bytes := min(max(memory, d.share), d.total)
	if err := d.heavy.Acquire(ctx, bytes); err != nil {
		return nil, context.Cause(ctx)
	}
	return func() { d.heavy.Release(bytes) }, nil
}

// Acquire waits for a place and gives a child without a document.
func (d *Decoders) Acquire(ctx context.Context) (*Child, error) {
	select {
	case d.places <- struct{}{}:
	case <-d.pool.stop:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	c, err := d.takeIdle()
	if c == nil && err == nil {
		c, err = d.pool.fresh(ctx)
	}
	if err == nil {
		err = d.use(c)
	}
	if err != nil {
		<-d.places
		return nil, err
	}
	return c, nil
}

// takeIdle returns a child that is done with an image, nil for none.
func (d *Decoders) takeIdle() (*Child, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, ErrClosed
	}
	for len(d.idle) > 0 {
		c := d.idle[len(d.idle)-1].Child
		d.idle = d.idle[:len(d.idle)-1]
		if c.killed.Err() == nil {
			return c, nil
		}
	}
	return nil, nil
}

func (d *Decoders) use(c *Child) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		c.kill()
		return ErrClosed
	}
	d.inUse[c] = struct{}{}
	return nil
}

// Release gives the place back, and keeps the child for the next image if it may be.
func (d *Decoders) Release(c *Child, clean bool) {
	d.mu.Lock()
	delete(d.inUse, c)
	if clean && !c.steppedBack.Load() && !d.closed {
		d.idle = append(d.idle, idleChild{c, time.Now()})
		d.trimLater()
	} else {
		c.kill()
	}
	d.mu.Unlock()
	<-d.places
}

// trimLater ends children that are idle for long, when it is time. d.mu is held.
func (d *Decoders) trimLater() {
	if len(d.idle) == 0 {
		return
	}
	left := time.Until(d.idle[0].since.Add(idleTime))
	if d.trim == nil {
		d.trim = time.AfterFunc(left, d.trimIdle)
	} else {
		d.trim.Reset(left)
	}
}

func (d *Decoders) trimIdle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.idle) > 0 && time.Since(d.idle[0].since) >= idleTime {
		d.idle[0].kill()
		d.idle = slices.Delete(d.idle, 0, 1)
	}
	if !d.closed {
		d.trimLater()
	}
}

// close kills all children. The pool waits for their end.
func (d *Decoders) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	if d.trim != nil {
		d.trim.Stop()
	}
	for c := range d.inUse {
		c.kill()
	}
	for _, c := range d.idle {
		c.kill()
	}
}
