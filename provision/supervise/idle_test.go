package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ocr-gateway/provision/supervise"
)

// idling runs an idle watch of 30 minutes for 55 minutes of fake time. looked says
// what each look sees, by the time since the start; first starts are over after
// early. It returns when the host was told to stop.
func idling(t *testing.T, early time.Duration, looked func(time.Duration) (bool, error), halt error) (halts []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 55*time.Minute)
		defer cancel()
		supervise.RunIdle(ctx, 30*time.Minute, func() bool { return time.Since(began) <= early }, func(context.Context) (bool, error) { return looked(time.Since(began)) },
			func(context.Context) error {
				halts = append(halts, time.Since(began))
				return halt
			})
	})
	return halts
}

func TestIdle(t *testing.T) {
	refused := fmt.Errorf("get: %w", syscall.ECONNREFUSED)
	never := func(time.Duration) (bool, error) { return false, nil }
	for _, tc := range []struct {
		name   string
		looked func(time.Duration) (bool, error)
		halt   error
		want   []time.Duration
	}{
		{"the start counts as work, then every ten minutes", never, nil, minutes(30, 40, 50)},
		{"refused", never, errors.New("403"), minutes(30, 40, 50)},
		{"always at work", func(time.Duration) (bool, error) { return true, nil }, nil, nil},
		{"worked once", func(d time.Duration) (bool, error) { return d == 20*time.Minute, nil }, nil, minutes(50)},
		{"worked again when it was told to stop", func(d time.Duration) (bool, error) { return d == 35*time.Minute, nil }, nil, minutes(30)},
		{"nobody listens", func(time.Duration) (bool, error) { return false, refused }, nil, minutes(30, 40, 50)},
		{"cannot be seen", func(time.Duration) (bool, error) { return false, errors.New("timeout") }, nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := idling(t, 0, tc.looked, tc.halt)
			if fmt.Sprint(got) != fmt.Sprint(tc.want) {
				t.Errorf("told to stop after %v, want %v", got, tc.want)
			}
		})
	}
}

// A model that loads for longer than the host may be idle must get to serve.
func TestIdleWaitsForTheFirstStart(t *testing.T) {
	never := func(time.Duration) (bool, error) { return false, nil }
	if got, want := idling(t, 20*time.Minute, never, nil), minutes(50); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("told to stop after %v, want %v", got, want)
	}
}

func minutes(ms ...int) (ds []time.Duration) {
	for _, m := range ms {
		ds = append(ds, time.Duration(m)*time.Minute)
	}
	return ds
}

const metricsText = `# HELP ocr_gateway_http_requests_total Answered requests.
# TYPE ocr_gateway_http_requests_total counter
ocr_gateway_http_requests_total{method="GET",route="/livez",status="200"} 1000
ocr_gateway_http_requests_total{method="POST",route="/api/ocr/document",status="200"} 3
ocr_gateway_http_requests_total{method="POST",route="/api/ocr/document",status="422"} 1
ocr_gateway_http_requests_total{method="POST",route="/api/ocr/document",status="401"} 50
ocr_gateway_http_requests_total{method="POST",route="other",status="404"} 70
ocr_gateway_pages_total{status="ok"} 1.2e+01
ocr_gateway_requests_running 2
ocr_gateway_requests_uploading 4
`

func TestReadWork(t *testing.T) {
	running, done, err := supervise.ReadWork(strings.NewReader(metricsText))
	if running != 2+4 || done != 3+1+12 || err != nil {
		t.Errorf("%v running, %v done, %v", running, done, err)
	}
	for _, bad := range []string{"", "go_goroutines 7\n", "ocr_gateway_requests_running many\n"} {
		if _, _, err := supervise.ReadWork(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzReadWork(f *testing.F) {
	f.Add(metricsText)
	f.Add("ocr_gateway_requests_running{a=\"} 1\"} 5")
	f.Fuzz(func(t *testing.T, text string) {
		_, _, _ = supervise.ReadWork(strings.NewReader(text))
	})
}

func TestLookForWork(t *testing.T) {
	state := struct {
		running, pages int
		status         int
	}{status: http.StatusOK}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer k1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(state.status)
		fmt.Fprintf(w, "ocr_gateway_requests_running %d\nocr_gateway_pages_total{status=\"ok\"} %d\n", state.running, state.pages)
	}))
	defer srv.Close()
	look := supervise.CheckForWork(srv.URL, "k1")
	for i, step := range []struct {
		running, pages int
		want           bool
	}{
		{0, 0, false}, {1, 0, true}, {0, 5, true}, {0, 5, false}, {0, 6, true}, {0, 0, false}, {0, 0, false}, {0, 2, true}, {0, 2, false},
	} {
		state.running, state.pages = step.running, step.pages
		if worked, err := look(t.Context()); worked != step.want || err != nil {
			t.Errorf("step %d: %v, %v", i, worked, err)
		}
	}
	state.status = http.StatusInternalServerError
	if _, err := look(t.Context()); err == nil {
		t.Error("a 500 is taken")
	}
	if _, err := supervise.CheckForWork(srv.URL, "")(t.Context()); err == nil {
		t.Error("a 401 is taken")
	}
	srv.Close()
	if _, err := look(t.Context()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("nobody listens: %v", err)
	}
}

// A config that asks for a stop that nobody can do is refused, not found out when
// the host is idle.
func TestIdleNeedsAWayToStop(t *testing.T) {
	s := newSite(t)
	s.cfg.Idle = &supervise.Idle{After: supervise.Duration(time.Hour), Metrics: "http://127.0.0.1:1/metrics"}
	s.write()
	opts := s.options()
	opts.StopHost = nil
	if err := supervise.Run(t.Context(), s.path("supervise.json"), opts); err == nil || !strings.Contains(err.Error(), "idle: ") {
		t.Errorf("got %v", err)
	}
	s.runWith(s.options())()
}

// What stops the host gets the secrets of idle.env_file.
func TestIdleStopsTheHost(t *testing.T) {
	opts := newSite(t).options()
	opts.Timing.IdleCheck = time.Millisecond
	keys := make(chan string, 1)
	opts.StopHost = func(_ context.Context, secrets map[string]string) error {
		keys <- secrets["RUNPOD_KEY"]
		return nil
	}
	nobody := supervise.Idle{After: supervise.Duration(time.Millisecond), Metrics: "http://127.0.0.1:1/metrics"}
	defer supervise.WatchIdle(nobody, map[string]string{"RUNPOD_KEY": "of-the-account"}, opts)()
	if key := <-keys; key != "of-the-account" {
		t.Errorf("it was given the key %q", key)
	}
}
