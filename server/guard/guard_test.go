package guard_test

import (
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"ocr-gateway/server/guard"
)

func request(host string, headers ...string) *http.Request {
	r := httptest.NewRequest("POST", "/api/ocr/document", nil)
	r.Host = host
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func TestAdmit(t *testing.T) {
	open := guard.New(guard.Access{AllowedHosts: []string{"ocr.example.org"}, AllowedOrigins: []string{"https://app.example.org"}}, nil)
	keyed := guard.New(guard.Access{APIKeys: []string{"first-key"}}, nil)
	for name, c := range map[string]struct {
		r  *http.Request
		ok bool
	}{
		"address":       {request("127.0.0.1:8007"), true},
		"allowed name":  {request("OCR.example.org."), true},
		"rebound name":  {request("evil.example"), false},
		"other site":    {request("localhost", "Sec-Fetch-Site", "cross-site"), false},
		"old browser":   {request("localhost", "Origin", "http://evil.example"), false},
		"allowed page":  {request("localhost", "Sec-Fetch-Site", "cross-site", "Origin", "https://app.example.org"), true},
		"its own page":  {request("localhost:80", "Origin", "http://localhost:80"), true},
		"opaque origin": {request("localhost", "Origin", "null"), false},
	} {
		if err := open.Admit(c.r); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err := keyed.Admit(c.r); err != nil {
			t.Errorf("%s, with keys: %v", name, err)
		}
	}
}

func TestKeysHaveNames(t *testing.T) {
	g := guard.New(guard.Access{APIKeys: []string{"first-key", "second-key"}}, nil)
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"header":   {request("", "X-API-Key", "second-key"), "key 2"},
		"bearer":   {request("", "Authorization", "bearer  first-key "), "key 1"},
		"token":    {request("", "Authorization", "token first-key"), "key 1"},
		"password": {request("", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("any:second-key"))), "key 2"},
		"wrong":    {request("", "X-API-Key", "first-ke"), ""},
		"none":     {request(""), ""},
		"basic":    {request("", "Authorization", "Basic first-key"), ""},
	} {
		if got, err := g.Key(c.r, ""); got.Name != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got.Name, err)
		}
	}
	if caller, err := guard.New(guard.Access{}, nil).Key(request(""), ""); caller.Name != "" || err != nil {
		t.Errorf("without keys: %q, %v", caller.Name, err)
	}
}

func TestClientsAreToldApart(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "2001:db8:1:2::9": "2001:db8:1:2::/64", "@": "unknown",
	} {
		if got := guard.Client(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestReach(t *testing.T) {
	all, own := &net.TCPAddr{IP: net.IPv4zero}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}
	for name, c := range map[string]struct {
		access guard.Access
		at     net.Addr
		ok     bool
	}{
		"others, no keys": {guard.Access{}, all, false},
		"others, meant":   {guard.Access{AllowKeyless: true}, all, true},
		"others, keys":    {guard.Access{APIKeys: []string{"first-key"}}, all, true},
		"this machine":    {guard.Access{}, own, true},
	} {
		if err := c.access.CheckReach(c.at); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
