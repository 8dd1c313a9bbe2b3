package raster

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// decoders lends children to images, one image at a time. They are not those of the
// pool's documents: an image is done in one go, so nothing is parked or taken away. A child
// in which only decoders written in Go have seen an image goes on with the next:
// a start costs some 10 ms of processor time, as much as an image.
type decoders struct {
	pool   *pool
	places chan struct{} // a token for each child in use
	heavy  *semaphore.Weighted
	total  int64 // of heavy, in bytes
	share  int64 // of it, the least for an image

	mu     sync.Mutex
	closed bool
	inUse  map[*child]struct{}
	idle   []idleChild // longest unused first
	trim   *time.Timer // ends those idle for long; nil before there is one
}

// idleChild is done with an image and waits for the next.
type idleChild struct {
	*child
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

// keptMemory is the largest image after which a child goes on with another: its heap
// stays as large.
const keptMemory = 128 << 20

// newDecoders has a place for each worker and one beside them. Heavy images take at most
// half of the places, and together the memory of one child.
func newDecoders(cfg Config, p *pool) *decoders {
	places := cfg.Workers + 1
	return &decoders{
		pool:   p,
		places: make(chan struct{}, places),
		heavy:  semaphore.NewWeighted(cfg.ChildMemory),
		total:  cfg.ChildMemory,
		share:  cfg.ChildMemory / int64(places/2),
		inUse:  make(map[*child]struct{}),
	}
}

// charge waits until an image may be decoded. release gives its memory back.
func (d *decoders) charge(ctx context.Context, memory int64, scans int) (release func(), err error) {
	if memory <= lightMemory && scans <= lightScans {
		return func() {}, nil
	}
	bytes := min(max(memory, d.share), d.total)
	if err := d.heavy.Acquire(ctx, bytes); err != nil {
		return nil, context.Cause(ctx)
	}
	return func() { d.heavy.Release(bytes) }, nil
}

// acquire waits for a place and gives a child without a document.
func (d *decoders) acquire(ctx context.Context) (*child, error) {
	select {
	case d.places <- struct{}{}:
	case <-d.pool.stop:
		return nil, errClosed
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
func (d *decoders) takeIdle() (*child, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, errClosed
	}
	for len(d.idle) > 0 {
		c := d.idle[len(d.idle)-1].child
		d.idle = d.idle[:len(d.idle)-1]
		if c.killed.Err() == nil {
			return c, nil
		}
	}
	return nil, nil
}

func (d *decoders) use(c *child) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		c.kill()
		return errClosed
	}
	d.inUse[c] = struct{}{}
	return nil
}

// release gives the place back, and keeps the child for the next image if it may be.
func (d *decoders) release(c *child, clean bool) {
	d.mu.Lock()
	delete(d.inUse, c)
	if clean && !d.closed {
		d.idle = append(d.idle, idleChild{c, time.Now()})
		d.trimLater()
	} else {
		c.kill()
	}
	d.mu.Unlock()
	<-d.places
}

// trimLater ends children that are idle for long, when it is time. d.mu is held.
func (d *decoders) trimLater() {
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

func (d *decoders) trimIdle() {
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
func (d *decoders) close() {
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
