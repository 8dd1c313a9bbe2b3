package bench

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPercentiles(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i)*time.Second)
	}
	if got, want := percentiles(times), (Latency{P50: 50, P95: 95, P99: 99, Max: 100}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := percentiles([]time.Duration{time.Second}); got != (Latency{1, 1, 1, 1}) {
		t.Errorf("one value: got %+v", got)
	}
	if got := percentiles(nil); got != (Latency{}) {
		t.Errorf("none: got %+v", got)
	}
}

func TestArrivalsFollowTheRate(t *testing.T) {
	for _, tc := range []struct {
		n          int
		rate       float64
		ramp, want time.Duration
	}{
		{0, 5, 0, 0},
		{1, 5, 0, 200 * time.Millisecond},
		{300, 5, 0, time.Minute},
		{0, 5, 10 * time.Second, 0},
		{1, 5, 10 * time.Second, 2 * time.Second},   // 2.5 requests/s grow by 0.5 each second
		{25, 5, 10 * time.Second, 10 * time.Second}, // half of what 10 s without a ramp have
		{30, 5, 10 * time.Second, 11 * time.Second},
	} {
		if got := arrival(tc.n, tc.rate, tc.ramp); got.Round(time.Microsecond) != tc.want {
			t.Errorf("request %d at %g/s after a ramp of %s is due after %s, want %s", tc.n, tc.rate, tc.ramp, got, tc.want)
		}
	}
}

func TestTimelineIsBoundedAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(time.Now())
		r.memory(100)
		const seconds = 1000 // 4000 of the first intervals
		for range seconds {
			r.began()
			time.Sleep(400 * time.Millisecond)
			r.pages(3)
			r.ended(400 * time.Millisecond)
			time.Sleep(600 * time.Millisecond)
		}
		got := r.timeline(seconds * time.Second)
		if got.Interval != 4 || len(got.Points) < maxPoints/2 || len(got.Points) > maxPoints {
			t.Fatalf("%d points of %g s", len(got.Points), got.Interval)
		}
		requests := 0
		for i, p := range got.Points {
			requests += p.Requests
			if p.Start != float64(i)*4 || p.PagesPerSecond != 3 || p.InFlight != 1 || p.MeanLatency < 0.399 || p.MeanLatency > 0.401 || p.MaxLatency != 0.4 || p.RSS != 100 {
				t.Errorf("point %d: %+v", i, p)
			}
		}
		if requests != seconds {
			t.Errorf("%d requests", requests)
		}
	})
}

func FuzzReadStream(f *testing.F) {
	f.Add("retry: 5000\n\nevent: page.completed\ndata: {}\n\nevent: document.completed\ndata: {\"summary\":{\"ok\":1}}\n\n")
	f.Add("event: document.failed\ndata: {\"error\":{\"detail\":\"x\"}}\n")
	f.Add("event: document.\ndata: null")
	f.Add("data: \xff")
	f.Fuzz(func(t *testing.T, body string) {
		pages := 0
		o := readStream(strings.NewReader(body), time.Now(), func(n int) { pages += n })
		if pages > 0 && o.failure == "" && o.firstPage == 0 {
			t.Errorf("%d pages and no first: %+v", pages, o)
		}
	})
}

func FuzzReadAnswer(f *testing.F) {
	for _, seed := range []string{`{"summary":{"ok":1,"failed":2}}`, `{}`, `null`, `{"summary":[]}`, `{"summary":{"ok":1e99}}`, ""} {
		f.Add(404, seed)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if o := refused(status, strings.NewReader(body)); o.failure == "" {
			t.Errorf("%+v", o)
		}
		if o := readAnswer(strings.NewReader(body)); o.failure != "" && o.pages != 0 {
			t.Errorf("%+v", o)
		}
	})
}

// TestCosts reckons with speeds that need no rounding: 2 pages/s are 7,200 an
// hour, which cost 3.60.
func TestCosts(t *testing.T) {
	all := costs(2, 3.6)
	if want := (Cost{PagesPerSecond: 2, PagesPerDay: 172_800, Per1000Pages: 0.5, PricePerHour: 3.6}); all[0] != want {
		t.Errorf("got %+v, want %+v", all[0], want)
	}
	if got := costs(0, 3.6)[0]; got.PagesPerDay != 0 || got.Per1000Pages != 0 {
		t.Errorf("nothing was read, and it costs %+v", got)
	}
}
