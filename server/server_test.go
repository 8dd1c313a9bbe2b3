package server_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/correlation"
	"ocr-gateway/server"
	"ocr-gateway/server/guard"
	"ocr-gateway/server/health"
)

func TestOperationRoutes(t *testing.T) {
	a := start(t, scripted())
	health := a.get("/health").want(200, "")
	if health["status"] != "ok" || health["ready"] != true || health["version"] != "test" {
		t.Errorf("health %v", health)
	}
	a.get("/livez").want(200, "")
	a.get("/readyz").want(200, "")
	info := a.get("/api/info").want(200, "")
	limits := info["limits"].(map[string]any)
	if limits["max_upload_bytes"] != float64(4<<20) || limits["max_pages"] != float64(7) {
		t.Errorf("limits %v", limits)
	}
	if extract := info["extract"].(map[string]any); extract["method"] != "heuristic" || info["prompts"] != false {
		t.Errorf("extract %v, prompts %v", info["extract"], info["prompts"])
	}
	if r := a.get("/metrics"); r.status != 200 || !strings.Contains(string(r.body), `ocr_gateway_http_requests_total{method="GET",route="/health",status="200"} 1`) {
		t.Errorf("metrics %d:\n%s", r.status, r.body)
	}
	if r := a.get("/openapi.yaml"); r.status != 200 || !strings.HasPrefix(string(r.body), "openapi:") {
		t.Errorf("contract %d", r.status)
	}
	page := a.get("/docs")
	for _, want := range []string{"/api/ocr/recognize", "<b>POST</b>", "openapi.yaml"} {
		if !strings.Contains(string(page.body), want) {
			t.Errorf("docs page lacks %s", want)
		}
	}
	if strings.Contains(string(page.body), "<script") || strings.Contains(string(page.body), "src=") {
		t.Error("the docs page loads something")
	}
	if r := a.do(a.request("HEAD", "/health", "", nil)); r.status != 200 || len(r.body) != 0 {
		t.Errorf("HEAD /health %d", r.status)
	}
}

// TestPageForPeople is at / unless the operator wants none; then / leads to the docs.
func TestPageForPeople(t *testing.T) {
	with := start(t, scripted())
	for at, mediaType := range map[string]string{"/": "text/html; charset=utf-8", "/page/main.js": "text/javascript; charset=utf-8"} {
		w := httptest.NewRecorder()
		with.server.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+at, http.NoBody))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != mediaType || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %v", at, w.Code, w.Header())
		}
	}
	without := start(t, scripted(), func(cfg *server.Config, _ *deps) { cfg.Page = false })
	if r := without.get("/"); r.status != http.StatusFound || r.header.Get("Location") != "/docs" {
		t.Errorf("/ gives %d %s", r.status, r.header.Get("Location"))
	}
	if r := without.get("/page/main.js"); r.status != http.StatusNotFound {
		t.Errorf("/page/main.js gives %d", r.status)
	}
}

func TestReadiness(t *testing.T) {
	a := start(t, scripted(), func(_ *server.Config, d *deps) {
		d.Status = func() health.Report {
			return health.Report{Status: "starting", Rendering: health.Rendering{State: "failed", Detail: "no process", Shared: 1, Failures: 3}}
		}
	})
	a.get("/readyz").want(503, "")
	a.get("/livez").want(200, "")
	h := a.get("/health").want(200, "")
	if h["status"] != "starting" || h["ready"] != false {
		t.Errorf("health %v", h)
	}
	if r := h["rendering"].(map[string]any); r["detail"] != "no process" || r["shared"] != 1.0 {
		t.Errorf("rendering %v", r)
	}
	metrics := string(a.get("/metrics").body)
	for _, want := range []string{`ocr_gateway_rendering_processes{network="shared"} 1`, "ocr_gateway_rendering_start_failures_total 3"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
}

func TestUnknownAddresses(t *testing.T) {
	a := start(t, scripted())
	a.get("/no/such/route").want(404, "not_found")
	r := a.get("/api/ocr/recognize")
	r.want(405, "method_not_allowed")
	if allow := r.header.Get("Allow"); !strings.Contains(allow, "POST") {
		t.Errorf("Allow %q", allow)
	}
	a.do(a.request("DELETE", "/health", "", nil)).want(405, "method_not_allowed")
}

// TestLinesOfTheLogNameTheirRequest: also those of pages, which nothing else tells from each other when many
// documents are read at a time.
func TestLinesOfTheLogNameTheirRequest(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(correlation.Handler(slog.NewJSONHandler(&out, nil)))
	a := start(t, fakePipeline{func(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
		log.WarnContext(ctx, "slow page")
		return scripted().run(ctx, src, opts, emit)
	}})
	for i, path := range []string{"/api/ocr/document", "/api/ocr/document/stream", "/api/ocr/recognize", "/api/ocr/document?format=markdown"} {
		out.Reset()
		body, media := newForm().file("file", "a.png", "pages:1").encode()
		req := a.request("POST", path, media, body)
		id := fmt.Sprintf("request-%d", i)
		req.Header.Set("X-Request-Id", id)
		a.do(req)
		if line := out.String(); !strings.Contains(line, `"request_id":"`+id+`"`) {
			t.Errorf("%s: %s", path, line)
		}
		if line := a.logged(); !strings.Contains(line, `"request_id":"`+id+`"`) {
			t.Errorf("%s: %s", path, line)
		}
	}
}

func TestRequestID(t *testing.T) {
	a := start(t, scripted())
	req := a.request("GET", "/no", "", nil)
	req.Header.Set("X-Request-Id", "job-17.a:b")
	r := a.do(req)
	if r.header.Get("X-Request-Id") != "job-17.a:b" || r.json()["request_id"] != "job-17.a:b" {
		t.Errorf("id %q: %s", r.header.Get("X-Request-Id"), r.body)
	}
	for _, bad := range []string{"", "a b", "é", strings.Repeat("x", 200), `"><script>`} {
		req := a.request("GET", "/no", "", nil)
		req.Header.Set("X-Request-Id", bad)
		if got := a.do(req).header.Get("X-Request-Id"); len(got) != 36 {
			t.Errorf("id for %q: %q", bad, got)
		}
	}
}

func TestAPIKeys(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.APIKeys = []string{"first-key", "second-key"} })
	for _, path := range []string{"/health", "/livez", "/readyz"} {
		if r := a.get(path); r.status != 200 {
			t.Errorf("%s without a key: %d", path, r.status)
		}
	}
	r := a.get("/api/info")
	r.want(401, "unauthorized")
	if !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer") {
		t.Errorf("WWW-Authenticate %q", r.header.Get("WWW-Authenticate"))
	}
	a.get("/metrics").want(401, "unauthorized")
	a.postForm("/api/ocr/recognize", newForm().file("image", "a", "pages:1")).want(401, "unauthorized")
	for _, h := range []struct {
		name, value string
		status      int
	}{
		{"Authorization", "Bearer first-key", 200},
		{"authorization", "bearer second-key", 200},
		{"X-API-Key", "second-key", 200},
		{"X-API-Key", "second-ke", 401},
		{"Authorization", "Basic first-key", 401},
		{"Authorization", "Bearer ", 401},
	} {
		req := a.request("GET", "/api/info", "", nil)
		req.Header.Set(h.name, h.value)
		if r := a.do(req); r.status != h.status {
			t.Errorf("%s: %s gives %d", h.name, h.value, r.status)
		}
	}
}

func TestCORS(t *testing.T) {
	preflight := func(a *api, origin string) http.Header {
		req := a.request("OPTIONS", "/api/ocr/recognize", "", nil)
		req.Header.Set("Origin", origin)
		req.Header.Set("Access-Control-Request-Method", "POST")
		return a.doUnchecked(req).header
	}
	closed := start(t, scripted())
	if h := preflight(closed, "https://a.example"); h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("closed by default, got %v", h)
	}
	open := start(t, scripted(), func(c *server.Config, _ *deps) { c.AllowedOrigins = []string{"https://a.example"} })
	if h := preflight(open, "https://a.example"); h.Get("Access-Control-Allow-Origin") != "https://a.example" {
		t.Errorf("allowed origin: %v", h)
	}
	if h := preflight(open, "https://b.example"); h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("other origin: %v", h)
	}
}

func TestConfigValidate(t *testing.T) {
	if err := server.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	bad := server.Config{Access: guard.Access{Port: 70000, APIKeys: []string{"short"}, AllowedOrigins: []string{"example.org"}, AllowedHosts: []string{"http://a"}, TrustedProxies: []string{"::ffff:10.0.0.0/104"}}}
	err := bad.Validate()
	for _, key := range []string{"port", "max_upload_bytes", "max_requests", "heartbeat", "api_keys", "allowed_origins", "allowed_hosts", "trusted_proxies"} {
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+key+" ") {
			t.Errorf("error does not name %s: %v", key, err)
		}
	}
}

func TestOriginsAndHostsAreChecked(t *testing.T) {
	for _, c := range []struct {
		origin, host string
		ok           bool
	}{
		{"https://a.example", "a.example", true},
		{"http://127.0.0.1:3000", "192.0.2.1", true},
		{"*", "*", true},
		{"https://a.example/", "", false},
		{"https://*.example", "*.example", false},
		{"ftp://a.example", "a.example:80", false},
		{"null", "http://a", false},
		{"https://", "[::1]", false},
		{"https://a b", "a b", false},
	} {
		cfg := server.DefaultConfig()
		cfg.AllowedOrigins = []string{c.origin}
		if err := cfg.Validate(); (err == nil) != c.ok {
			t.Errorf("origin %q: %v", c.origin, err)
		}
		cfg = server.DefaultConfig()
		cfg.AllowedHosts = []string{c.host}
		if err := cfg.Validate(); (err == nil) != c.ok {
			t.Errorf("host %q: %v", c.host, err)
		}
	}
}
