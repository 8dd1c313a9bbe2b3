package runpod

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/provision/cloud"
)

// Waits that an answer may ask for.
const (
	maxWait   = 24 * time.Hour  // the longest quota is a day's
	plainWait = 5 * time.Second // after a 429 that does not say how long

	// callLimit is the longest wait of a call that nothing else bounds: more than the
	// quota of a minute takes, less than a person looks at a screen for.
	callLimit = 2 * time.Minute
	// longWait is what a person is told of.
	longWait = 2 * time.Second
)

// noteQuota keeps the next request back for as long as an answer's headers ask.
func (c *Cloud) noteQuota(status int, header http.Header) {
	wait := quotaWait(header, c.clock.Now())
	if status == http.StatusTooManyRequests && wait == 0 {
		wait = plainWait
	}
	if wait == 0 {
		return
	}
	until := c.clock.Now().Add(wait)
	c.mu.Lock()
	defer c.mu.Unlock()
	if until.After(c.hold) {
		c.hold = until
	}
}

// awaitQuota waits until the quotas allow a request, and says so. It does not wait
// for what ctx has no time for, nor, where ctx has no end, longer than callLimit:
// those are ErrLimited at once.
func (c *Cloud) awaitQuota(ctx context.Context) error {
	c.mu.Lock()
	wait := c.hold.Sub(c.clock.Now())
	c.mu.Unlock()
	if wait <= 0 {
		return ctx.Err()
	}
	left := callLimit
	if deadline, ok := ctx.Deadline(); ok {
		left = time.Until(deadline)
	}
	if wait > left {
		return fmt.Errorf("%w: the next one is taken in %s, at %s; try again then", cloud.ErrLimited,
			wait.Round(time.Second), c.clock.Now().Add(wait).Format("15:04 MST"))
	}
	c.log.WarnContext(ctx, "waiting for the cloud's rate limit", "wait", wait)
	if wait >= longWait {
		c.notice("the cloud limits this account's requests: waiting " + wait.Round(time.Second).String())
	}
	return c.clock.Sleep(ctx, wait)
}

// quotaWait is the longest wait that any of an answer's headers asks for: that of
// Retry-After, and the rest of the window of each quota that is used up.
//
//	Retry-After: 12
//	RateLimit: "minute";r=0;t=12, "hour";r=2900;t=1800
//	RateLimit-Policy: "minute";q=60;w=60, "hour";q=3000;w=3600
func quotaWait(header http.Header, now time.Time) time.Duration {
	wait := retryAfter(header.Get("Retry-After"), now)
	windows := map[string]time.Duration{}
	for _, item := range quotaItems(header.Values("RateLimit-Policy")) {
		if w, ok := item.seconds("w"); ok {
			windows[item.name] = w
		}
	}
	for _, item := range quotaItems(header.Values("RateLimit")) {
		if left, ok := item.number("r"); !ok || left > 0 {
			continue
		}
		rest, ok := item.seconds("t")
		if !ok {
			rest = windows[item.name]
		}
		wait = max(wait, rest)
	}
	return wait
}

// retryAfter reads seconds or a date.
func retryAfter(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return bounded(n)
	}
	if date, err := http.ParseTime(s); err == nil {
		return min(max(date.Sub(now), 0), maxWait)
	}
	return 0
}

// quotaItem is one quota of a list header: a name and its parameters.
type quotaItem struct {
	name   string
	params map[string]string
}

func (i quotaItem) number(key string) (float64, bool) {
	n, err := strconv.ParseFloat(i.params[key], 64)
	return n, err == nil
}

func (i quotaItem) seconds(key string) (time.Duration, bool) {
	n, ok := i.number(key)
	return bounded(n), ok
}

func bounded(seconds float64) time.Duration {
	if !(seconds > 0) { // not a number either
		return 0
	}
	return time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second))
}

// quotaItems reads a list of items with parameters (RFC 9651) as far as these
// headers need it: a comma or semicolon within quotes belongs to a name.
func quotaItems(values []string) []quotaItem {
	var items []quotaItem
	for _, text := range outside(strings.Join(values, ","), ',') {
		parts := outside(text, ';')
		item := quotaItem{name: strings.Trim(strings.TrimSpace(parts[0]), `"`), params: map[string]string{}}
		for _, part := range parts[1:] {
			key, value, _ := strings.Cut(part, "=")
			item.params[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
		items = append(items, item)
	}
	return items
}

// outside splits at a separator that stands outside of quotes.
func outside(s string, separator byte) []string {
	var parts []string
	quoted, begin := false, 0
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			parts = append(parts, s[begin:i])
			begin = i + 1
		}
	}
	return append(parts, s[begin:])
}
