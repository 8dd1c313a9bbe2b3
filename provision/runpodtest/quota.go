package runpodtest

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// window is a quota of requests in a time.
type window struct {
	name  string
	times int // as large as the minute's quota
	long  time.Duration
	begun time.Time
	used  int
}

func windows() []*window {
	return []*window{
		{name: "minute", times: 1, long: time.Minute},
		{name: "hour", times: 50, long: time.Hour},
		{name: "day", times: 800, long: 24 * time.Hour},
	}
}

// spendQuota takes one request from each window, writes the headers that every
// answer has, and says whether the request may be served. f.mu is held.
func (f *Fake) spendQuota(h http.Header) bool {
	var limits, policies []string
	allowed := true
	now := f.now()
	for _, w := range f.windows {
		if now.Sub(w.begun) >= w.long {
			w.begun, w.used = now, 0
		}
		quota := cmp.Or(f.config.PerMinute, 6000) * w.times
		if w.used < quota {
			w.used++
		} else {
			allowed = false
		}
		rest := math.Ceil(w.long.Seconds() - now.Sub(w.begun).Seconds())
		limits = append(limits, fmt.Sprintf(`"%s";r=%d;t=%.0f`, w.name, quota-w.used, rest))
		policies = append(policies, fmt.Sprintf(`"%s";q=%d;w=%.0f`, w.name, quota, w.long.Seconds()))
	}
	h.Set("RateLimit", strings.Join(limits, ", "))
	h.Set("RateLimit-Policy", strings.Join(policies, ", "))
	return allowed
}

// quotaRest is how long the minute's window still lasts.
func (f *Fake) quotaRest() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.windows[0]
	return w.long - f.now().Sub(w.begun)
}
