package bench

import (
	"sync"
	"time"
)

// Limits of a timeline: when it has more points, two become one.
const (
	firstInterval = 250 * time.Millisecond
	maxPoints     = 480
)

// Timeline is how a run went.
type Timeline struct {
	Interval float64 `json:"interval_s"`
	Points   []Point `json:"points"`
}

// Point is one interval of a run.
type Point struct {
	Start          float64 `json:"start_s"`
	PagesPerSecond float64 `json:"pages_per_s"` // by when pages came: those of a stream one by one, others with their document
	InFlight       int     `json:"in_flight"`   // most requests under way
	Requests       int     `json:"requests"`    // that ended
	MeanLatency    float64 `json:"mean_latency_s"`
	MaxLatency     float64 `json:"max_latency_s"`
	RSS            int64   `json:"rss_bytes,omitempty"` // most, when the server was watched
}

// interval is a point that is not finished.
type interval struct {
	pages, requests, inFlight int
	latency, slowest          time.Duration
	rss                       int64
}

// join is both, one after the other.
func (i interval) join(next interval) interval {
	return interval{
		i.pages + next.pages, i.requests + next.requests, max(i.inFlight, next.inFlight),
		i.latency + next.latency, max(i.slowest, next.slowest), max(i.rss, next.rss),
	}
}

// recorder makes a timeline while a run goes on, in bounded memory.
type recorder struct {
	start time.Time

	mu        sync.Mutex
	width     time.Duration
	intervals []interval
	inFlight  int
}

func newRecorder(start time.Time) *recorder {
	return &recorder{start: start, width: firstInterval}
}

// now returns the present interval; r.mu is held.
func (r *recorder) now() *interval {
	n := int(time.Since(r.start) / r.width)
	for n >= len(r.intervals) {
		if len(r.intervals) == maxPoints {
			for i := range maxPoints / 2 {
				r.intervals[i] = r.intervals[2*i].join(r.intervals[2*i+1])
			}
			r.intervals = r.intervals[:maxPoints/2]
			r.width *= 2
			n /= 2
			continue
		}
		next := interval{inFlight: r.inFlight}
		if last := len(r.intervals) - 1; last >= 0 {
			next.rss = r.intervals[last].rss
		}
		r.intervals = append(r.intervals, next)
	}
	return &r.intervals[n]
}

func (r *recorder) began() {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	r.inFlight++
	now.inFlight = max(now.inFlight, r.inFlight)
}

func (r *recorder) ended(latency time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	r.inFlight--
	now.requests++
	now.latency += latency
	now.slowest = max(now.slowest, latency)
}

func (r *recorder) pages(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now().pages += n
}

func (r *recorder) memory(rss int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	now.rss = max(now.rss, rss)
}

// timeline ends the recording. The last interval is seldom whole: it belongs to
// the one before, or it would show too little or too much.
func (r *recorder) timeline(wall time.Duration) Timeline {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now()
	all := r.intervals
	if last := len(all) - 1; last > 0 {
		all[last-1] = all[last-1].join(all[last])
		all = all[:last]
	}
	t := Timeline{Interval: r.width.Seconds()}
	for i, one := range all {
		start := time.Duration(i) * r.width
		length := r.width
		if i == len(all)-1 {
			length = max(wall-start, 1)
		}
		t.Points = append(t.Points, Point{
			Start: start.Seconds(), PagesPerSecond: float64(one.pages) / length.Seconds(), InFlight: one.inFlight,
			Requests: one.requests, MeanLatency: one.latency.Seconds() / float64(max(one.requests, 1)), MaxLatency: one.slowest.Seconds(),
			RSS: one.rss,
		})
	}
	return t
}
