package supervise

import (
	"context"
	"net/http"
	"time"
)

// looker looks at an address again and again.
type looker struct{ background }

// watch hands over whether the address answers 200: often until it first does,
// then at the usual pace. stop ends it.
func (l *looker) watch(address string, t Timing) <-chan bool {
	looks := make(chan bool)
	l.start(func(ctx context.Context) {
		every := t.FirstLook
		for again := true; again; {
			began := time.Now()
			good := answers(ctx, address, t.LookTimeout)
			if good {
				every = t.Look
			}
			select {
			case looks <- good:
			case <-ctx.Done():
			}
			again = pause(ctx, every-time.Since(began)) // a late answer does not stretch the pace
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
