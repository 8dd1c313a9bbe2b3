package pipeline

import (
	"testing"
	"time"
)

func TestPagesAheadFollowWhatWasMeasured(t *testing.T) {
	const slots = 64
	for name, tc := range map[string]struct {
		render, layout, read time.Duration
		regions, pages       int
	}{
		"a quick model":                 {10 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond, 8, 16},
		"a slow model":                  {20 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond, 8, 10},
		"whole pages":                   {20 * time.Millisecond, 0, 2 * time.Second, 1, 65},
		"full pages":                    {20 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond, 100, minAhead},
		"pages with nothing to be read": {20 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond, 0, 800},
	} {
		t.Run(name, func(t *testing.T) {
			var p pace
			if got := p.pages(slots); got != minAhead {
				t.Errorf("%d pages before anything was measured, want %d", got, minAhead)
			}
			for range 3 {
				p.rendered(tc.render)
				p.looked(tc.layout)
				p.found(tc.regions)
				p.took(tc.read)
			}
			if got := p.pages(slots); got != tc.pages {
				t.Errorf("%d pages, want %d", got, tc.pages)
			}
		})
	}
}
