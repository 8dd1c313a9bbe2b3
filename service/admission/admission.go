// Package admission decides, before its upload is read, whether a request may come in, and keeps
// account of all that are in: first they send their upload, then they wait for one of max_requests
// places, then they run. It limits requests, clients, the bytes still to come and the pages that
// wait.
package admission

import (
	"context"
	"maps"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"ocr-gateway/document"
)

// The names of limits in problems and metrics.
const (
	limitRequests = "max_requests"
	limitUploads  = "uploads"
	limitClient   = "max_requests_per_client"
	limitPages    = "max_queued_pages"
	limitDisk     = "min_free_disk"
	limitMemory   = "min_free_memory"

	// LimitPagesPerDay is an Account's. Its day begins at 00:00 UTC.
	LimitPagesPerDay = "pages_per_day"
)

const (
	// uploadsPerPlace is how many requests may upload for each that may run, so that slow senders
	// occupy no place, and no client can take all.
	uploadsPerPlace = 2
	// inMemory is how much of an upload needs no disk; see document.ReadSource.
	inMemory = 1 << 20
	// promiseStep is how much an upload of unknown length reserves at a time, in bytes.
	promiseStep = 4 << 20
)

// Control admits requests. It is safe for concurrent use.
type Control struct {
	cfg    Config
	memory memory
	places *semaphore.Weighted
	start  time.Time

	mu        sync.Mutex
	closed    bool          // the server is stopping
	empty     chan struct{} // closed when it is stopping and nobody is left
	uploading int           // or waiting for a place
	running   int
	clients   clients
	promised  int64 // bytes of uploads that are still to come
	pages     int   // of running documents, not done
	done      rate  // of pages
	refused   map[string]int64
}

// New makes a Control that has let nobody in yet.
func New(cfg Config) *Control {
	return &Control{
		cfg: cfg, places: semaphore.NewWeighted(int64(cfg.MaxRequests)), start: time.Now(), empty: make(chan struct{}),
		refused: map[string]int64{},
	}
}

// refuse counts and makes the problem for a client that has reached a limit. mu is held.
func (c *Control) refuse(limit, format string, args ...any) *document.Problem {
	c.refused[limit]++
	p := document.Problemf(document.CodeOverloaded, document.PhaseAdmission, format, args...).Retry()
	p.Limit = limit
	if limit == limitClient {
		p.Code = document.CodeTooManyRequests
	}
	return p
}

// Refuse is refuse for a limit that is enforced elsewhere.
func (c *Control) Refuse(limit, format string, args ...any) *document.Problem {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refuse(limit, format, args...)
}

// Enter lets in a request of a client that declares its length in bytes, -1 when it does not say.
// Every ticket must leave. The error is a *document.Problem.
func (c *Control) Enter(client string, declared int64) (*Ticket, error) {
	free, known := c.memory.free()
	t := &Ticket{control: c, client: client, promised: max(0, declared)}
	disk := c.disk(declared)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case known && free < c.cfg.MinFreeMemory:
		return nil, c.refuse(limitMemory, "the server is short of memory; try again later")
	case c.closed:
		return nil, stopping()
	case c.running >= c.cfg.MaxRequests, c.clients.here[client] >= c.cfg.MaxRequests:
		c.clients.turnedAway(client, c.since())
		return nil, c.refuse(limitRequests, "%d requests are in progress, the limit of this server; try again later", c.uploading+c.running)
	case c.clients.here[client] >= c.share(client):
		return nil, c.refuse(limitClient, "this client has %d requests in progress, its share of this server; try again when one is done", c.clients.here[client])
	case c.uploading >= uploadsPerPlace*c.cfg.MaxRequests:
		c.clients.turnedAway(client, c.since())
		return nil, c.refuse(limitUploads, "%d requests are being sent, the limit of this server; try again later", c.uploading)
	case c.promised+t.promised > disk:
		return nil, c.noDisk()
	}
	c.clients.enter(client)
	c.promised += t.promised
	c.uploading++
	return t, nil
}

// share is how many requests a client may have in. mu is held.
func (c *Control) share(client string) int {
	if !c.clients.others(client, c.since()) {
		return c.cfg.MaxRequests
	}
	if c.cfg.MaxRequestsPerClient > 0 {
		return min(c.cfg.MaxRequestsPerClient, c.cfg.MaxRequests)
	}
	return (c.cfg.MaxRequests + 1) / 2
}

func (c *Control) since() time.Duration { return time.Since(c.start) }

// disk is how many more bytes uploads may take. An upload that stays in memory needs none.
func (c *Control) disk(declared int64) int64 {
	if c.cfg.MinFreeDisk == 0 || declared >= 0 && declared <= inMemory {
		return math.MaxInt64
	}
	free, known := FreeDisk(c.cfg.TempDir)
	if !known {
		return math.MaxInt64
	}
	return free - c.cfg.MinFreeDisk
}

func (c *Control) noDisk() *document.Problem {
	return c.refuse(limitDisk, "the server has no room on its disk for this upload; try again later")
}

// Drain stops letting requests in and waits until all have left, or ctx ends.
func (c *Control) Drain(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	none := c.uploading+c.running == 0
	c.mu.Unlock()
	if none {
		return nil
	}
	select {
	case <-c.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Counts are the requests that are in, and those refused so far.
type Counts struct {
	Uploading int // or waiting for a place
	Running   int
	Pages     int              // of running documents, not done
	Refused   map[string]int64 // requests and documents, by the limit that was reached
}

// Counts counts.
func (c *Control) Counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Counts{c.uploading, c.running, c.pages, maps.Clone(c.refused)}
}

// RetryAfter is how long a refused client is told to wait, in whole seconds: until the pages that
// are in are done at the rate of the last minute.
func (c *Control) RetryAfter() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	rate := c.done.perSecond(c.since())
	if rate == 0 {
		return unmeasured
	}
	return time.Duration(math.Ceil(min(max(float64(c.pages)/rate, 1), 60))) * time.Second
}

// unmeasured is the wait while no page has been finished lately.
const unmeasured = 5 * time.Second

func stopping() *document.Problem {
	return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "the server is stopping; try again later").Retry()
}
