package guard_test

import (
	"crypto/tls"
	"net/http/httptest"
	"testing"

	"ocr-gateway/server/guard"
)

func TestProxies(t *testing.T) {
	proxies := guard.Access{TrustedProxies: []string{"10.1.0.0/16", "::1", "::ffff:10.2.0.1", "fe80::/10"}}.Proxies()
	for name, c := range map[string]struct {
		remote, forwardedFor, proto string
		client                      string
		https                       bool
	}{
		"nobody believes a client":   {"192.0.2.1:99", "203.0.113.9", "https", "192.0.2.1", false},
		"a proxy":                    {"10.1.2.3:99", "203.0.113.9", "https", "203.0.113.9", true},
		"a proxy by http":            {"10.1.2.3:99", "203.0.113.9", "http", "203.0.113.9", false},
		"a proxy that says nothing":  {"10.1.2.3:99", "", "", "10.1.2.3", false},
		"two proxies":                {"[::1]:99", "203.0.113.9, 10.1.0.1", "https", "203.0.113.9", true},
		"what the client made up":    {"10.1.2.3:99", "198.51.100.1, 203.0.113.9", "https", "203.0.113.9", true},
		"what is no address":         {"10.1.2.3:99", "203.0.113.9, unknown", "https", "10.1.2.3", true},
		"a mapped address":           {"[::ffff:10.1.2.3]:99", "::ffff:203.0.113.9", "https", "203.0.113.9", true},
		"a proxy written as IPv6":    {"10.2.0.1:99", "203.0.113.9", "https", "203.0.113.9", true},
		"a proxy on a link":          {"[fe80::1%eth0]:99", "203.0.113.9", "https", "203.0.113.9", true},
		"an address with a port":     {"10.1.2.3:99", "203.0.113.9:5678", "https", "203.0.113.9", true},
		"IPv6 with a port":           {"10.1.2.3:99", "[2001:db8::9]:80, 10.1.0.1:443", "https", "2001:db8::9", true},
		"IPv6 in brackets":           {"10.1.2.3:99", "[2001:db8::9]", "https", "2001:db8::9", true},
		"a proxy is next to a proxy": {"10.1.2.3:99", "10.1.2.4", "", "10.1.2.4", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwardedFor)
		r.Header.Set("X-Forwarded-Proto", c.proto)
		if got := proxies.Client(r); got != c.client {
			t.Errorf("%s: client %s, want %s", name, got, c.client)
		}
		if got := proxies.HTTPS(r); got != c.https {
			t.Errorf("%s: https %v, want %v", name, got, c.https)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	if r.TLS = (&tls.ConnectionState{}); !(guard.Proxies{}).HTTPS(r) {
		t.Error("TLS is no https")
	}
}
