package supervise

import (
	"context"
	"net/http"
	"time"

	"ocr-gateway/internal/backoff"
)

// prober looks at an address again and again.
type prober struct{ background }

// watch hands over whether the address answers 200: often until it first does,
// then at the usual pace. stop ends it.
func (l *prober) watch(address string, t Timing) <-chan bool {
	looks := make(chan bool)
	l.start(func(ctx context.Context) {
		every := t.FirstProbe
		for again := true; again; {
			began := time.Now()
			good := answers(ctx, address, t.ProbeTimeout)
			if good {
				every = t.Probe
			}
			select {
			case looks <- good:
			case <-ctx.Done():
			}
			again = backoff.Sleep(ctx, every-time.Since(began)) == nil // a late answer does not stretch the pace
		}
	})
	return looks
}

// local asks programs of this machine: through no proxy, following nobody
// elsewhere, on a fresh connection each time.
var local = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func answers(ctx context.Context, address string, timeout time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	resp, err := local.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
