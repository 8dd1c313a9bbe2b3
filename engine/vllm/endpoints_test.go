package vllm_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
)

// readMany reads n regions at once, as different as those of documents are, and reports how many were read, and the problems.
func readMany(t *testing.T, e *vllm.Engine, n int) (ok int64, problems []*document.Problem) {
	t.Helper()
	var readers sync.WaitGroup
	var mu sync.Mutex
	for i := range n {
		readers.Go(func() {
			got, err := read(t.Context(), e, marked(i), document.RegionText)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				problems = append(problems, problem(t, err))
			case got.Content == enginetest.PageText:
				ok++
			default:
				t.Errorf("read %q", got.Content)
			}
		})
	}
	readers.Wait()
	return ok, problems
}

func allReady(e *vllm.Engine) func() bool {
	return func() bool {
		for _, h := range e.Health() {
			if h.State != "ready" {
				return false
			}
		}
		return true
	}
}

func TestWorkIsSharedByWeight(t *testing.T) {
	small, a := serve(t, enginetest.Config{Latency: 5 * time.Millisecond})
	large, b := serve(t, enginetest.Config{Latency: 5 * time.Millisecond})
	a.Name, a.Weight, b.Name, b.Weight = "small", 1, "large", 3
	e := start(t, quick(), a, b)
	eventually(t, "both servers", allReady(e))
	for range 40 { // fewer at once than either server takes: full servers know no weight
		if ok, problems := readMany(t, e, 8); ok != 8 {
			t.Fatalf("%d read, %v", ok, problems)
		}
	}
	s, l := small.Counts(), large.Counts()
	if l.Requests < 2*s.Requests || s.Requests == 0 {
		t.Errorf("the small server got %d, the large one %d; want about 1 to 3", s.Requests, l.Requests)
	}
}

func TestLimitPerEndpoint(t *testing.T) {
	fake, endpoint := serve(t, enginetest.Config{Latency: 3 * time.Millisecond})
	endpoint.MaxInFlight = 3
	e := start(t, quick(), endpoint)
	if ok, problems := readMany(t, e, 60); ok != 60 {
		t.Fatalf("%d read, %v", ok, problems)
	}
	if n := fake.Counts().MaxInFlight; n != 3 {
		t.Errorf("%d requests were in flight at most, want 3", n)
	}
	if e.Slots() < 3 {
		t.Errorf("slots %d", e.Slots())
	}
}

// TestOneServerGoes: each way in which one of two servers can stop serving, in
// the middle of the work. No region may be lost.
func TestOneServerGoes(t *testing.T) {
	for name, leave := range map[string]func(*enginetest.Fake, *httptest.Server){
		"drains: health good, requests fail": func(f *enginetest.Fake, _ *httptest.Server) { f.Drain(true) },
		"hangs: accepts, never answers":      func(f *enginetest.Fake, _ *httptest.Server) { f.Hang(true) },
		"hangs with the listener closed":     func(f *enginetest.Fake, s *httptest.Server) { f.Hang(true); s.Listener.Close() },
		"is killed":                          func(_ *enginetest.Fake, s *httptest.Server) { s.CloseClientConnections(); s.Listener.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			staying, b := serve(t, enginetest.Config{Latency: 2 * time.Millisecond})
			leaving := enginetest.NewFake(enginetest.Config{Latency: 2 * time.Millisecond})
			server := httptest.NewServer(leaving)
			t.Cleanup(server.Close)
			b.Name = "staying"
			cfg := quick()
			switch {
			case strings.Contains(name, "listener"): // the checks must find it
				cfg.FirstByteTimeout = 2 * cfg.RegionTimeout
			case strings.Contains(name, "never answers"): // which no check finds
				cfg.FirstByteTimeout = 5 * time.Second
			}
			e := start(t, cfg, vllm.Endpoint{Name: "leaving", URL: server.URL, MaxInFlight: 8}, b)
			eventually(t, "both servers", allReady(e))
			var left sync.WaitGroup
			left.Go(func() {
				for leaving.Counts().Requests < 20 {
					time.Sleep(time.Millisecond)
				}
				leave(leaving, server)
			})
			for gone := false; !gone; {
				ok, problems := readMany(t, e, 300)
				if ok != 300 {
					t.Fatalf("%d of 300 read: %v", ok, problems)
				}
				gone = leaving.Counts().Requests >= 20
			}
			left.Wait()
			if n := staying.Counts().Requests; n < 150 {
				t.Errorf("the server that stayed got %d requests", n)
			}
			if ok, problems := readMany(t, e, 50); ok != 50 {
				t.Errorf("afterwards %d of 50 read: %v", ok, problems)
			}
		})
	}
}

// TestRestart: the only server goes and comes back at the same address while regions wait.
func TestRestart(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	fake := enginetest.NewFake(enginetest.Config{Latency: 5 * time.Millisecond})
	first := &http.Server{Handler: fake}
	var servers sync.WaitGroup
	servers.Go(func() { first.Serve(listener) })
	e := start(t, quick(), vllm.Endpoint{URL: "http://" + address})
	eventually(t, "the server", e.Ready)
	var second *http.Server
	servers.Go(func() {
		for fake.Counts().Requests < 80 { // some regions are read, some in flight, some not yet sent
			time.Sleep(time.Millisecond)
		}
		first.Close()
		for !strings.Contains(e.Health()[0].State, "unreachable") {
			time.Sleep(time.Millisecond)
		}
		again, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		second = &http.Server{Handler: enginetest.NewFake(enginetest.Config{})}
		servers.Go(func() { second.Serve(again) })
	})
	ok, problems := readMany(t, e, 200)
	if ok != 200 {
		t.Errorf("%d of 200 read: %v", ok, problems)
	}
	eventually(t, "the second server", func() bool { return e.Health()[0].State == "ready" })
	second.Close()
	servers.Wait()
}

// TestNoServer: regions wait a while for a server, then fail, and once none has been
// there for that long they fail at once.
func TestNoServer(t *testing.T) {
	cfg := quick()
	cfg.DownTimeout = 200 * time.Millisecond
	e := start(t, cfg, vllm.Endpoint{Name: "gpu", URL: "http://127.0.0.1:1"})
	begin := time.Now()
	_, problems := readMany(t, e, 20)
	if took := time.Since(begin); took < 150*time.Millisecond {
		t.Errorf("gave up after %s", took)
	}
	if len(problems) != 20 || !problems[0].Retryable || !strings.Contains(problems[0].Detail, "gpu: it refuses connections") {
		t.Errorf("%d problems, first %v", len(problems), problems[0])
	}
	if _, problems = readMany(t, e, 200); len(problems) != 200 { // at once: TestPoolGivesUpOnceNothingIsUsable
		t.Errorf("%d problems, want 200", len(problems))
	}
	if e.Ready() {
		t.Error("ready")
	}
}

func TestLoadingServerIsWaitedFor(t *testing.T) {
	fake, endpoint := serve(t, enginetest.Config{})
	fake.Loading(true)
	e := start(t, quick(), endpoint)
	eventually(t, "the health check", func() bool { return e.Health()[0].State == "loading" })
	done := make(chan int64)
	go func() {
		ok, _ := readMany(t, e, 5)
		done <- ok
	}()
	fake.Loading(false)
	if ok := <-done; ok != 5 {
		t.Errorf("%d of 5 read", ok)
	}
}

// TestKeyStaysWithItsServer: a redirect must not take the key elsewhere.
func TestKeyStaysWithItsServer(t *testing.T) {
	thief, other := serve(t, enginetest.Config{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		enginetest.NewFake(enginetest.Config{}).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	_, problems := readMany(t, start(t, quick(), vllm.Endpoint{URL: server.URL, APIKey: "secret"}), 1)
	if len(problems) != 1 || thief.Counts().Requests != 0 {
		t.Errorf("problems %v; the other server got %d requests", problems, thief.Counts().Requests)
	}
}

// TestRouterPaths: the address may end in /v1 or a slash, and /version may be missing.
func TestRouterPaths(t *testing.T) {
	_, endpoint := serve(t, enginetest.Config{Version: "none"})
	for _, suffix := range []string{"", "/", "/v1", "/v1/"} {
		if ok, problems := readMany(t, start(t, quick(), vllm.Endpoint{URL: endpoint.URL + suffix}), 1); ok != 1 {
			t.Errorf("address with %q: %v", suffix, problems)
		}
	}
}
