package server_test

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"ocr-gateway/server"
	"ocr-gateway/service"
)

// call is a request as somebody makes it, with Host and other headers.
func (a *api) call(method, path string, headers map[string]string) reply {
	a.t.Helper()
	var body []byte
	contentType := ""
	if method == http.MethodPost {
		body, contentType = newForm().file("file", "a", "pages:1").encode()
	}
	req := a.request(method, path, contentType, body)
	for name, value := range headers {
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Set(name, value)
	}
	return a.do(req)
}

type headers = map[string]string

var callers = []struct {
	name    string
	headers headers
	get     int // status of GET /metrics
	post    int // status of a document
	code    string
}{
	{"curl", headers{}, 200, 200, ""},
	{"localhost", headers{"Host": "localhost:8007"}, 200, 200, ""},
	{"localhost in capitals", headers{"Host": "LocalHost."}, 200, 200, ""},
	{"below localhost", headers{"Host": "ocr.localhost:80"}, 200, 200, ""},
	{"another address of the machine", headers{"Host": "192.0.2.7:8007"}, 200, 200, ""},
	{"IPv6", headers{"Host": "[::1]:8007"}, 200, 200, ""},
	{"allowed name", headers{"Host": "OCR.example.org:8007"}, 200, 200, ""},
	{"rebound name", headers{"Host": "evil.example"}, 403, 403, "host_not_allowed"},
	{"rebound name with a port", headers{"Host": "evil.example:8007", "Origin": "http://evil.example:8007", "Sec-Fetch-Site": "same-origin"}, 403, 403, "host_not_allowed"},
	{"name that begins like an address", headers{"Host": "127.0.0.1.evil.example"}, 403, 403, "host_not_allowed"},
	{"name that ends like an allowed one", headers{"Host": "evil-ocr.example.org"}, 403, 403, "host_not_allowed"},
	{"own page", headers{"Host": "localhost:8007", "Origin": "http://localhost:8007"}, 200, 200, ""},
	{"own page behind a proxy that changes Host", headers{"Origin": "https://ocr.example.org", "Sec-Fetch-Site": "same-origin"}, 200, 200, ""},
	{"typed address", headers{"Sec-Fetch-Site": "none"}, 200, 200, ""},
	{"form of another site", headers{"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403, 403, "origin_not_allowed"},
	{"form in an old browser", headers{"Origin": "http://evil.example"}, 403, 403, "origin_not_allowed"},
	{"form of a file or sandbox", headers{"Origin": "null"}, 403, 403, "origin_not_allowed"},
	{"image of another site", headers{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403, 403, "origin_not_allowed"},
	{"page on another port", headers{"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}, 403, 403, "origin_not_allowed"},
	{"link on another site", headers{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200, 403, "origin_not_allowed"},
	{"frame in another site", headers{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403, 403, "origin_not_allowed"},
	{"allowed page", headers{"Origin": "https://app.example.org", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 200, 200, ""},
	{"page that is like the allowed one", headers{"Origin": "https://app.example.org.evil.example", "Sec-Fetch-Site": "cross-site"}, 403, 403, "origin_not_allowed"},
}

// TestWebPagesOfOthersAreRefused on a server without keys, on all routes.
func TestWebPagesOfOthersAreRefused(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) {
		c.AllowedHosts, c.AllowedOrigins = []string{"ocr.example.org"}, []string{"https://app.example.org"}
	})
	for _, c := range callers {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []struct {
				method, path string
				status       int
			}{{"GET", "/metrics", c.get}, {"GET", "/api/info", c.get}, {"GET", "/livez", c.get}, {"POST", documentURL, c.post}, {"POST", streamURL, c.post}} {
				got := a.call(r.method, r.path, c.headers)
				if got.status != r.status || r.status == 403 && got.json()["code"] != c.code {
					t.Errorf("%s %s gives %d: %s", r.method, r.path, got.status, got.body)
				}
				allowed := got.header.Get("Access-Control-Allow-Origin")
				if want := c.name == "allowed page"; (allowed == c.headers["Origin"]) != (want || c.headers["Origin"] == "") {
					t.Errorf("Access-Control-Allow-Origin %q", allowed)
				}
			}
		})
	}
}

// TestKeysAreEnough: browsers do not send them by themselves.
func TestKeysAreEnough(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.APIKeys = []string{"first-key"} })
	for _, c := range callers {
		headers := headers{"X-API-Key": "first-key"}
		maps.Copy(headers, c.headers)
		if got := a.call("POST", documentURL, headers); got.status != 200 {
			t.Errorf("%s gives %d: %s", c.name, got.status, got.body)
		}
	}
}

// TestEverybodyMayBeAllowed, and the machine's own name always is.
func TestEverybodyMayBeAllowed(t *testing.T) {
	all := []string{"*"}
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.AllowedHosts, c.AllowedOrigins = all, all })
	for _, c := range callers {
		if got := a.call("POST", documentURL, c.headers); got.status != 200 {
			t.Errorf("%s gives %d: %s", c.name, got.status, got.body)
		}
	}
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if got := start(t, scripted()).call("GET", "/metrics", headers{"Host": own + ":80"}); got.status != 200 {
		t.Errorf("%s gives %d", own, got.status)
	}
}

// TestPreflights of pages that may call and of others.
func TestPreflights(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.AllowedOrigins = []string{"https://app.example.org"} })
	preflight := func(origin string) reply {
		req := a.request("OPTIONS", documentURL, "", nil)
		req.Header.Set("Origin", origin)
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		req.Header.Set("Access-Control-Request-Method", "POST")
		req.Header.Set("Access-Control-Request-Headers", "content-type,x-api-key")
		return a.doUnchecked(req)
	}
	good := preflight("https://app.example.org")
	if good.status != 204 || good.header.Get("Access-Control-Allow-Origin") != "https://app.example.org" ||
		!strings.Contains(good.header.Get("Access-Control-Allow-Headers"), "X-API-Key") || !strings.Contains(strings.Join(good.header.Values("Vary"), ","), "Origin") {
		t.Errorf("%d %v", good.status, good.header)
	}
	if bad := preflight("https://evil.example"); bad.status != 403 || bad.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%d %v", bad.status, bad.header)
	}
}

// TestKeylessServersStayOnTheirMachine unless somebody means it.
func TestKeylessServersStayOnTheirMachine(t *testing.T) {
	run := func(change func(*server.Config)) (log string, err error) {
		cfg := testConfig()
		change(&cfg)
		buf := &strings.Builder{}
		s, err := build(cfg, deps{service.Parts{Pipeline: scripted(), Fields: fakeSchema}, server.Deps{Status: ready}}, slog.New(slog.NewTextHandler(buf, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		before := cfg.CheckAddress()
		err = s.Run(ctx)
		if (before == nil) != (err == nil) {
			t.Errorf("%q: before the start %v, at it %v", cfg.Host, before, err)
		}
		return buf.String(), err
	}
	for _, host := range []string{"", "0.0.0.0", "::"} {
		if ln, err := net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			t.Logf("%q is not tried: %v", host, err)
			continue
		} else {
			ln.Close()
		}
		log, err := run(func(c *server.Config) { c.Host = host })
		if err == nil || !strings.Contains(err.Error(), "--allow-keyless") || strings.Contains(log, "listening") {
			t.Errorf("%q: %v, log %s", host, err, log)
		}
		log, err = run(func(c *server.Config) { c.Host, c.AllowKeyless = host, true })
		if err != nil || !strings.Contains(log, "level=WARN") || !strings.Contains(log, "no API keys") {
			t.Errorf("%q, meant: %v, log %s", host, err, log)
		}
		log, err = run(func(c *server.Config) { c.Host, c.APIKeys = host, []string{"first-key"} })
		if err != nil || strings.Contains(log, "WARN") {
			t.Errorf("%q with keys: %v, log %s", host, err, log)
		}
	}
	for _, host := range []string{"127.0.0.1", "127.0.0.2"} {
		if log, err := run(func(c *server.Config) { c.Host = host }); err != nil || strings.Contains(log, "WARN") {
			t.Errorf("%q: %v, log %s", host, err, log)
		}
	}
}
