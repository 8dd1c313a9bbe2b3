package server

import (
	"context"
	"io"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"ocr-gateway/document"
)

// The limits of admission, as problems and metrics name them.
const (
	limitRequests = "max_requests"
	limitUploads  = "uploads"
	limitClient   = "max_requests_per_client"
	limitPages    = "max_queued_pages"
	limitDisk     = "min_free_disk"
	limitMemory   = "min_free_memory"

	limitConnections = "connections"
)

const (
	// uploadsPerPlace is how many requests may send their body for each that may
	// run. Slow senders then cost no place, and no client can take all.
	uploadsPerPlace = 2
	// inMemory is what of an upload needs no disk; see document.ReadSource.
	inMemory = 1 << 20
	// promiseStep is what an upload of unknown length asks for at a time, in bytes.
	promiseStep = 4 << 20
)

// admission decides before a body is read whether a request may come in, and
// accounts for all that are here: first they send their upload, then they wait for
// one of max_requests places, then they run.
type admission struct {
	cfg    Config
	memory memory
	places *semaphore.Weighted
	start  time.Time
	refuse *prometheus.CounterVec // by limit

	mu        sync.Mutex
	closed    bool          // the server stops
	empty     chan struct{} // closed when it stops and nobody is left
	uploading int           // or waiting for a place
	running   int
	clients   clients
	promised  int64 // bytes of uploads that are still to come
	pages     int   // of running documents, not done
	done      rate  // of pages
}

func newAdmission(cfg Config) *admission {
	return &admission{
		cfg: cfg, places: semaphore.NewWeighted(int64(cfg.MaxRequests)), start: time.Now(), empty: make(chan struct{}),
		refuse: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ocr_gateway_refused_total", Help: "Requests and documents that were not let in, by the limit that they met.",
		}, []string{"limit"}),
	}
}

// refused is the answer to who meets a limit.
func (a *admission) refused(limit, format string, args ...any) *document.Problem {
	a.refuse.WithLabelValues(limit).Inc()
	p := document.Problemf(document.CodeOverloaded, document.PhaseAdmission, format, args...).Retry()
	p.Limit = limit
	if limit == limitClient {
		p.Code = codeTooManyRequests
	}
	return p
}

// enter lets a request of a client in that declares so many bytes, -1 when it does
// not say. Every ticket must leave.
func (a *admission) enter(client string, declared int64) (*ticket, error) {
	if free, known := a.memory.free(); known && free < a.cfg.MinFreeMemory {
		return nil, a.refused(limitMemory, "the server is short of memory; try again later")
	}
	t := &ticket{admission: a, client: client, promised: max(0, declared)}
	disk := a.disk(declared)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.closed:
		return nil, stopping()
	case a.running >= a.cfg.MaxRequests, a.clients.here[client] >= a.cfg.MaxRequests:
		a.clients.turnedAway(client, a.since())
		return nil, a.refused(limitRequests, "%d requests are in progress, the limit of this server; try again later", a.uploading+a.running)
	case a.clients.here[client] >= a.share(client):
		return nil, a.refused(limitClient, "this client has %d requests in progress, its share of this server; try again when one is done", a.clients.here[client])
	case a.uploading >= uploadsPerPlace*a.cfg.MaxRequests:
		a.clients.turnedAway(client, a.since())
		return nil, a.refused(limitUploads, "%d requests are being sent, the limit of this server; try again later", a.uploading)
	case a.promised+t.promised > disk:
		return nil, a.noDisk()
	}
	a.clients.enter(client)
	a.promised += t.promised
	a.uploading++
	return t, nil
}

// share is how many requests of a client may be here. mu is held.
func (a *admission) share(client string) int {
	if !a.clients.others(client, a.since()) {
		return a.cfg.MaxRequests
	}
	if a.cfg.MaxRequestsPerClient > 0 {
		return min(a.cfg.MaxRequestsPerClient, a.cfg.MaxRequests)
	}
	return (a.cfg.MaxRequests + 1) / 2
}

func (a *admission) since() time.Duration { return time.Since(a.start) }

// disk is how many more bytes uploads may take. One that stays in memory asks for none.
func (a *admission) disk(declared int64) int64 {
	if a.cfg.MinFreeDisk == 0 || declared >= 0 && declared <= inMemory {
		return math.MaxInt64
	}
	free, known := freeDisk(a.cfg.TempDir)
	if !known {
		return math.MaxInt64
	}
	return free - a.cfg.MinFreeDisk
}

func (a *admission) noDisk() *document.Problem {
	return a.refused(limitDisk, "the server has no room on its disk for this upload; try again later")
}

// drain lets nobody in any more and waits until all have left, or ctx ends.
func (a *admission) drain(ctx context.Context) error {
	a.mu.Lock()
	a.closed = true
	none := a.uploading+a.running == 0
	a.mu.Unlock()
	if none {
		return nil
	}
	select {
	case <-a.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// counts are what is here now.
type counts struct{ uploading, running, pages int }

func (a *admission) counts() counts {
	a.mu.Lock()
	defer a.mu.Unlock()
	return counts{a.uploading, a.running, a.pages}
}

// retryAfter is what a refused client is told to wait, in seconds: until the pages
// that are here are done at the rate of the last minute.
func (a *admission) retryAfter() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	rate := a.done.perSecond(a.since())
	if rate == 0 {
		return unmeasured
	}
	return int(math.Ceil(min(max(float64(a.pages)/rate, 1), 60)))
}

// unmeasured is the wait, in seconds, while no page has been finished lately.
const unmeasured = 5

// ticket is a request that was let in.
type ticket struct {
	*admission
	client   string
	promised int64 // of its upload, still to come
	runs     bool
}

// run waits for a place when the upload is complete.
func (t *ticket) run(ctx context.Context) error {
	t.sent()
	if t.places.Acquire(ctx, 1) != nil {
		return ended(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs = true
	t.uploading--
	t.running++
	return nil
}

// came counts n bytes of the upload. More than was promised are asked for.
func (t *ticket) came(n int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.promised -= int64(n)
	t.admission.promised -= int64(n)
	if t.promised >= 0 {
		return nil
	}
	more := promiseStep - t.promised
	if t.admission.promised+more > t.disk(-1) {
		return t.noDisk()
	}
	t.promised += more
	t.admission.promised += more
	return nil
}

// sent says that nothing more of the upload will come.
func (t *ticket) sent() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.admission.promised -= t.promised
	t.promised = 0
}

// leave ends the request's stay.
func (t *ticket) leave() {
	t.sent()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clients.leave(t.client)
	if t.runs {
		t.running--
		t.places.Release(1)
	} else {
		t.uploading--
	}
	if t.closed && t.uploading+t.running == 0 {
		close(t.empty)
	}
}

// metered counts an upload as it comes, after decompression.
type metered struct {
	io.Reader
	ticket *ticket
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if short := m.ticket.came(n); short != nil {
		return n, short
	}
	return n, err
}

// waiting are the pages of one document that are not done.
type waiting struct {
	*admission
	left int
}

// add counts the pages of a document that was opened. A document alone may have as
// many as it likes: other limits bound it.
func (w *waiting) add(pages int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pages > 0 && w.pages+pages > w.cfg.MaxQueuedPages {
		return w.refused(limitPages, "%d pages are waiting to be read, and with the %d of this document they would be more than %d, the limit of this server; try again later",
			w.pages, pages, w.cfg.MaxQueuedPages)
	}
	w.left = pages
	w.pages += pages
	return nil
}

// one says that a page is done.
func (w *waiting) one() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done.add(w.since())
	if w.left > 0 {
		w.left--
		w.pages--
	}
}

// end says that no more pages of the document will be done.
func (w *waiting) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages -= w.left
	w.left = 0
}
