package vllm_test

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/internal/logtest"
)

// logged is a log in JSON that can be read while it is written.
type logged struct{ logtest.Buffer }

// lines are those with a message, without their time.
func (l *logged) lines(t *testing.T, message string) (lines []map[string]string) {
	t.Helper()
	for scanner := bufio.NewScanner(strings.NewReader(l.String())); scanner.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line["msg"] != message {
			continue
		}
		texts := map[string]string{}
		for name, value := range line {
			if text, ok := value.(string); ok && name != "time" {
				texts[name] = text
			}
		}
		lines = append(lines, texts)
	}
	return lines
}

// startLogged is start with a log.
func startLogged(t *testing.T, cfg vllm.Config, endpoints ...vllm.Endpoint) (*vllm.Engine, *logged) {
	t.Helper()
	log := &logged{}
	cfg.Endpoints = endpoints
	e, err := vllm.New(cfg, profiles, "../../models", slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e, log
}

// withTLS is a server with a certificate that nobody knows, for 127.0.0.1 and example.com.
func withTLS(t *testing.T, requests *atomic.Int64) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// closing accepts connections, counts them and closes them.
func closing(t *testing.T) (address string, count *atomic.Int64) {
	t.Helper()
	count = &atomic.Int64{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var server sync.WaitGroup
	server.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Close()
			count.Add(1)
		}
	})
	t.Cleanup(func() { listener.Close(); server.Wait() })
	return listener.Addr().String(), count
}

// TestWhyAServerIsNotReady: the reason is in the health and once in the log, the key in
// neither, and it never leaves over a connection that is not trusted.
func TestWhyAServerIsNotReady(t *testing.T) {
	var requests atomic.Int64
	secure := withTLS(t, &requests).Listener.Addr().String()
	answering := func(code int, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body)) // the client may be gone
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	_, plain := serve(t, enginetest.Config{})
	_, locked := serve(t, enginetest.Config{APIKey: "sesame-open"})
	_, other := serve(t, enginetest.Config{Model: "other"})
	loading, notYet := serve(t, enginetest.Config{})
	loading.Loading(true)
	closes, _ := closing(t)
	for name, c := range map[string]struct{ url, key, state, reason string }{
		"refused":             {"http://127.0.0.1:1", "hush", "unreachable", "refuses connections"},
		"no such name":        {"http://" + strings.Repeat("x", 64) + ".example:8000", "hush", "unreachable", "(DNS)"},
		"TLS on a plain port": {strings.Replace(plain.URL, "http:", "https:", 1), "hush", "unreachable", "does not speak TLS"},
		"self-signed":         {"https://" + secure, "hush", "unreachable", "certificate is not trusted"},
		"plain on a TLS port": {"http://" + secure, "hush", "wrong_url", "it speaks TLS"},
		"closes":              {"http://" + closes, "hush", "unreachable", "the connection to it fails"},
		"loading":             {notYet.URL, "hush", "loading", "says 503"},
		"wrong key":           {locked.URL, "hush", "unauthorized", "refuses the API key (status 401)"},
		"no key":              {locked.URL, "", "unauthorized", "asks for an API key"},
		"forbidden":           {answering(403, "no"), "hush", "unauthorized", "refuses the API key (status 403)"},
		"wrong model":         {other.URL, "hush", "wrong_model", `does not serve the model "glm-ocr"`},
		"no model server":     {answering(404, "no"), "hush", "wrong_url", "no list of models (status 404)"},
		"a web page":          {answering(200, "<html>"), "hush", "wrong_url", "list of models cannot be read"},
		"moved":               {answering(308, ""), "hush", "wrong_url", "leads on"},
		"overloaded":          {answering(429, ""), "hush", "loading", "says 429"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, log := startLogged(t, quick(), vllm.Endpoint{Name: "gpu", URL: c.url, APIKey: c.key})
			eventually(t, "a look", func() bool { return len(log.lines(t, "model server is not ready")) > 0 })
			h := e.Health()[0]
			if h.State != c.state || !strings.Contains(h.Detail, c.reason) {
				t.Errorf("health %+v, want %s: …%s…", h, c.state, c.reason)
			}
			lines := log.lines(t, "model server is not ready")
			if len(lines) != 1 || lines[0]["reason"] != h.Detail || lines[0]["endpoint"] != "gpu" || lines[0]["level"] != "WARN" {
				t.Errorf("%d lines, first %v", len(lines), lines[0])
			}
			if strings.Contains(log.String(), "hush") {
				t.Error("the key is in the log")
			}
		})
	}
	t.Cleanup(func() {
		if requests.Load() != 0 {
			t.Errorf("%d requests got through to a server that is not trusted", requests.Load())
		}
	})
}

// TestReasonsAreLoggedOnce however often they are found, although each connection is another.
func TestReasonsAreLoggedOnce(t *testing.T) {
	address, count := closing(t)
	e, log := startLogged(t, quick(), vllm.Endpoint{URL: "http://" + address})
	eventually(t, "some looks", func() bool { return count.Load() >= 10 })
	e.Close()
	if lines := log.lines(t, "model server is not ready"); len(lines) != 1 {
		t.Errorf("%d lines: %v", len(lines), lines)
	}
}

// TestChangesAreLoggedOnce: ready, gone, back.
func TestChangesAreLoggedOnce(t *testing.T) {
	fake, endpoint := serve(t, enginetest.Config{})
	e, log := startLogged(t, quick(), endpoint)
	for range 3 {
		fake.Loading(false)
		eventually(t, "the server", e.Ready)
		fake.Loading(true)
		eventually(t, "its end", func() bool { return !e.Ready() })
	}
	e.Close() // so that the last line is there
	if up, down := len(log.lines(t, "model server is ready")), len(log.lines(t, "model server is not ready")); up != 3 || down != 3 {
		t.Errorf("%d lines of a server that is ready and %d of one that is not, want 3", up, down)
	}
}

// TestUserAndPasswordStayOut: addresses in logs have neither.
func TestUserAndPasswordStayOut(t *testing.T) {
	cfg := quick()
	cfg.Endpoints = []vllm.Endpoint{{URL: "http://user:hush@127.0.0.1:1"}}
	log := &logged{}
	if _, err := vllm.New(cfg, profiles, "../../models", slog.New(slog.NewJSONHandler(log, nil))); err == nil || strings.Contains(err.Error(), "hush") || log.String() != "" {
		t.Errorf("%v, log %q", err, log.String())
	}
}

// TestRoutersWithoutHealth: what answers its health check as routers do is judged by its
// list of models. The key is not shown to the health check, where LiteLLM would try all
// models with it.
func TestRoutersWithoutHealth(t *testing.T) {
	for _, code := range []int{400, 401, 403, 404, 405} {
		var keys atomic.Int64
		fake := enginetest.NewFake(enginetest.Config{Health: code, APIKey: "sesame-open", Version: "none"})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/health" && r.Header.Get("Authorization") != "" {
				keys.Add(1)
			}
			fake.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		e := start(t, quick(), vllm.Endpoint{URL: server.URL, APIKey: "sesame-open"})
		if _, err := read(t.Context(), e, page(56, 56), document.RegionText); err != nil {
			t.Errorf("status %d: %v, health %+v", code, err, e.Health())
		}
		if keys.Load() != 0 {
			t.Errorf("status %d: the health check got the key", code)
		}
	}
}

// TestKeysAreReadAgain: a server's key is replaced while regions are read, first at the
// server, then in the file. None is lost.
func TestKeysAreReadAgain(t *testing.T) {
	fake, endpoint := serve(t, enginetest.Config{APIKey: "first-hush", Latency: time.Millisecond})
	path := filepath.Join(t.TempDir(), "key")
	write := func(text string) {
		if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	write("first-hush\n")
	endpoint.APIKeyFile = path
	e, log := startLogged(t, quick(), endpoint)
	eventually(t, "the server", e.Ready)
	var replace sync.WaitGroup
	replace.Go(func() {
		for fake.Counts().Requests < 20 {
			time.Sleep(time.Millisecond)
		}
		fake.Rekey("second-hush")
		for e.Health()[0].State != "unauthorized" {
			time.Sleep(time.Millisecond)
		}
		write("second-hush\r\n")
	})
	ok, problems := readMany(t, e, 200)
	replace.Wait()
	if ok != 200 {
		t.Errorf("%d of 200 read: %v", ok, problems)
	}
	eventually(t, "the new key to be used", e.Ready)
	if lines := log.lines(t, "the API key was replaced"); len(lines) != 1 {
		t.Errorf("%d lines of it", len(lines))
	}
	for what, text := range map[string]string{"empty": "\n", "two lines": "a\nb", "too large": strings.Repeat("a", 65<<10)} {
		write(text)
		eventually(t, what+" to be seen", func() bool {
			lines := log.lines(t, "the API key's file cannot be read: the key before is kept")
			return len(lines) > 0 && strings.Contains(lines[len(lines)-1]["error"], map[string]string{"empty": "empty", "two lines": "line", "too large": "larger"}[what])
		})
		if ok, problems := readMany(t, e, 1); ok != 1 {
			t.Errorf("%s: %v", what, problems)
		}
	}
	if strings.Contains(log.String(), "hush") {
		t.Error("a key is in the log")
	}
}

// TestKeyFilesThatArePipesAreReadOnce: reading one again would wait for ever.
func TestKeyFilesThatArePipesAreReadOnce(t *testing.T) {
	_, endpoint := serve(t, enginetest.Config{APIKey: "sesame-open"})
	endpoint.APIKeyFile = filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(endpoint.APIKeyFile, 0o600); err != nil {
		t.Fatal(err)
	}
	if ok, problems := readMany(t, start(t, quick(), endpoint), 1); ok != 1 {
		t.Error(problems)
	}
}
