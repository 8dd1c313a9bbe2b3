package egress_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"ocr-gateway/document"
	"ocr-gateway/internal/egress"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestNetworks asks for both ends of each range, as it is asked before a connection.
func TestNetworks(t *testing.T) {
	c := egress.New(egress.Policy{})
	for name, addresses := range map[string]string{
		"this network":        "0.0.0.0 0.255.255.255",
		"private 10":          "10.0.0.0 10.255.255.255",
		"CGNAT":               "100.64.0.0 100.127.255.255",
		"loopback":            "127.0.0.1 127.255.255.255 ::1",
		"link-local":          "169.254.0.0 169.254.255.255 fe80::1 fe80::1%eth0 febf::1",
		"private 172":         "172.16.0.0 172.31.255.255",
		"protocol":            "192.0.0.0 192.0.0.255 2001:: 2001:1ff:ffff::",
		"documentation":       "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1",
		"6to4 relay":          "192.88.99.1",
		"private 192":         "192.168.0.0 192.168.255.255",
		"benchmark":           "198.18.0.0 198.19.255.255",
		"multicast":           "224.0.0.1 239.255.255.255 ff02::1 ff0e::1",
		"reserved":            "240.0.0.1 255.255.255.255",
		"unspecified":         ":: ::127.0.0.1",
		"mapped":              "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254",
		"NAT64":               "64:ff9b::127.0.0.1 64:ff9b::808:808 64:ff9b:1::a00:1",
		"6to4":                "2002:7f00:1:: 2002:a00:1::1 2002:808:808::1",
		"Teredo":              "2001:0:4136:e378:8000:63bf:3fff:fdd2",
		"unique local":        "fc00::1 fdff:ffff::1",
		"site-local":          "fec0::1",
		"metadata":            "169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 168.63.129.16 fd00:ec2::254 fd20:ce::254",
		"beyond what is used": "4000::1 5f00::1",
	} {
		for address := range strings.FieldsSeq(addresses) {
			ip := netip.MustParseAddr(address)
			if err := c.CheckAddr(netip.AddrPortFrom(ip, 443).String()); err == nil {
				t.Errorf("%s: %s may be called", name, address)
			}
			if err := c.Check("https://" + netip.AddrPortFrom(ip.WithZone(""), 443).String()); err == nil {
				t.Errorf("%s: https://%s may be called", name, address)
			}
		}
	}
	for address := range strings.FieldsSeq("1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255 172.15.0.1 172.32.0.1 192.167.255.255 198.17.0.1 223.255.255.255 ::ffff:1.1.1.1 2606:4700::1111 2a00:1450::1") {
		if err := c.CheckAddr(netip.AddrPortFrom(netip.MustParseAddr(address), 443).String()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAllowedNetworks(t *testing.T) {
	c := egress.New(egress.Policy{AllowedNetworks: []string{"10.1.0.0/16", "fd00::/8", "100.64.0.0/10", "169.254.0.0/16"}})
	for address, ok := range map[string]bool{
		"10.1.2.3": true, "10.2.0.1": false, "fd12::1": true, "fc12::1": false, "::ffff:10.1.2.3": true, "100.64.0.1": true,
		"100.100.100.200": false, "169.254.169.254": false, "169.254.1.1": true, "fd00:ec2::254": false, "1.1.1.1": true,
	} {
		if err := c.CheckAddr(netip.AddrPortFrom(netip.MustParseAddr(address), 443).String()); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	open := egress.New(egress.Policy{AllowHTTP: true})
	few := egress.New(egress.Policy{AllowedHosts: []string{"hooks.example.org", "*.Example.com"}})
	for _, tt := range []struct {
		client  *egress.Client
		address string
		why     string // part of it; empty means that it may be called
	}{
		{open, "http://example.org", ""},
		{open, "https://example.org:8443/a?b=c#d", ""},
		{open, "https://1.1.1.1/", ""},
		{open, "ftp://example.org", "https://"},
		{open, "file:///etc/passwd", "https://"},
		{open, "gopher://example.org", "https://"},
		{open, "//example.org", "https://"},
		{open, "", "https://"},
		{open, "https://", "no host"},
		{open, "https://:443", "no host"},
		{open, "https://me:secret@example.org", "password"},
		{open, "https://example.org:25", "port"},
		{open, "https://example.org:0", "port"},
		{open, "https://example.org:99999", "port"},
		{open, "https://[::1]:8080", "no public"},
		{open, "https://[fe80::1%25eth0]/", "no public"},
		{open, "https://exa mple.org", "URL"},
		{open, "https://example.org\r\nX: y", "URL"},
		{few, "http://hooks.example.org", "https://"},
		{few, "https://hooks.example.org", ""},
		{few, "https://HOOKS.example.org./", ""},
		{few, "https://a.b.example.com", ""},
		{few, "https://example.com", "does not call"},
		{few, "https://evilexample.com", "does not call"},
		{few, "https://hooks.example.org.evil.net", "does not call"},
		{few, "https://1.1.1.1", "does not call"},
	} {
		err := tt.client.Check(tt.address)
		if (err == nil) != (tt.why == "") || err != nil && !strings.Contains(egress.Why(err), tt.why) {
			t.Errorf("%q: %v, want %q", tt.address, err, tt.why)
		}
	}
}

// names is a DNS server on loopback that answers with the next of the addresses of a name
// each time; the last stays.
type names struct {
	conn    net.PacketConn
	answers chan []string
	asked   atomic.Int32
	done    chan struct{}
}

func serveNames(t *testing.T, answers ...[]string) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{conn: conn, answers: make(chan []string, len(answers)), done: make(chan struct{})}
	for _, a := range answers {
		n.answers <- a
	}
	go n.serve()
	t.Cleanup(func() { conn.Close(); <-n.done })
	return n
}

func (n *names) serve() {
	defer close(n.done)
	buf := make([]byte, 1500)
	for {
		size, from, err := n.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:size]) != nil {
			continue
		}
		m.Response, m.Additionals = true, nil
		if m.Questions[0].Type == dnsmessage.TypeA {
			n.asked.Add(1)
			for _, a := range <-n.answers {
				m.Answers = append(m.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET, TTL: 0},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
				})
			}
		}
		out, _ := m.Pack()
		_, _ = n.conn.WriteTo(out, from)
	}
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

// listen starts a server on an address of loopback that counts its calls.
func listen(t *testing.T, address string, h http.HandlerFunc) (port string, calls *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	calls = &atomic.Int32{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { calls.Add(1); h(w, r) }))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, calls
}

func get(t *testing.T, c *egress.Client, address string, limit int64) (string, error) {
	t.Helper()
	resp, err := c.Get(t.Context(), address, limit)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

func open(t *testing.T, p egress.Policy) *egress.Client {
	t.Helper()
	p.Timeout = 20 * time.Second
	c := egress.New(p)
	t.Cleanup(c.Close)
	return c
}

// TestRebinding: a name is resolved once for a connection, and what it resolved to is what
// is checked and called; that it pointed to a permitted address before helps nobody.
func TestRebinding(t *testing.T) {
	port, permitted := listen(t, "127.0.0.1:0", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	_, inner := listen(t, "127.0.0.2:"+port, func(http.ResponseWriter, *http.Request) {})
	dns := serveNames(t, []string{"127.0.0.1"}, []string{"127.0.0.2"}, []string{"127.0.0.2", "127.0.0.1"}, []string{"10.0.0.1"}, []string{"169.254.169.254"})
	c := open(t, egress.Policy{AllowHTTP: true, AllowedNetworks: []string{"127.0.0.1/32"}})
	c.Resolve(dns.resolver())
	for i, ok := range []bool{true, false, true, false, false} {
		_, err := get(t, c, "http://rebind.example:"+port, 100)
		if (err == nil) != ok || err != nil && !strings.Contains(egress.Why(err), "no public") {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
	if permitted.Load() != 2 || inner.Load() != 0 {
		t.Errorf("the permitted server was called %d times, the other %d times", permitted.Load(), inner.Load())
	}
	if dns.asked.Load() != 5 {
		t.Errorf("the name was resolved %d times for 5 calls", dns.asked.Load())
	}
}

func TestRedirects(t *testing.T) {
	var port string
	_, inner := listen(t, "127.0.0.2:0", func(http.ResponseWriter, *http.Request) {})
	port, _ = listen(t, "127.0.0.1:0", func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "here")
	})
	at := "http://127.0.0.1:" + port + "/?to="
	c := open(t, egress.Policy{AllowHTTP: true, AllowedNetworks: []string{"127.0.0.1/32"}, MaxRedirects: 2})
	for to, want := range map[string]string{
		"/":                         "",
		"/%3Fto=/":                  "",
		"/%3Fto=/%253Fto=/":         "redirects",
		"http://127.0.0.2:" + port:  "no public",
		"http://169.254.169.254/":   "no public",
		"http://[::ffff:a00:1]/":    "no public",
		"file:///etc/passwd":        "https://",
		"http://user:pw@127.0.0.1/": "password",
		"http://127.0.0.1:22/":      "port",
	} {
		body, err := get(t, c, at+to, 100)
		if want == "" && (err != nil || body != "here") || want != "" && (err == nil || !strings.Contains(egress.Why(err), want)) {
			t.Errorf("%s: %q, %v", to, body, err)
		}
	}
	if inner.Load() != 0 {
		t.Error("the other server was called")
	}
	none := open(t, egress.Policy{AllowHTTP: true, AllowedNetworks: []string{"127.0.0.1/32"}})
	if _, err := get(t, none, at+"/", 100); err == nil || !strings.Contains(egress.Why(err), "302") {
		t.Errorf("without redirects: %v", err)
	}
}

func TestSizeIsBounded(t *testing.T) {
	port, _ := listen(t, "127.0.0.1:0", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stream" { // without saying how much
			w.(http.Flusher).Flush()
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 1000))
	})
	c := open(t, egress.Policy{AllowHTTP: true, AllowedNetworks: []string{"127.0.0.0/8"}})
	for _, path := range []string{"/", "/stream"} {
		for limit, ok := range map[int64]bool{1001: true, 1000: true, 999: false, 1: false, 0: false} {
			body, err := get(t, c, "http://127.0.0.1:"+port+path, limit)
			p, _ := errors.AsType[*document.Problem](err)
			if ok && (err != nil || len(body) != 1000) || !ok && (p == nil || p.Code != document.CodeTooLarge || int64(len(body)) > limit) {
				t.Errorf("%s, %d: %d bytes, %v", path, limit, len(body), err)
			}
		}
	}
}

func TestWhy(t *testing.T) {
	hang := make(chan struct{})
	port, _ := listen(t, "127.0.0.1:0", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
	defer close(hang)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	allowed := egress.Policy{AllowHTTP: true, AllowedNetworks: []string{"127.0.0.0/8"}, Timeout: time.Millisecond}
	slow := egress.New(allowed)
	defer slow.Close()
	c := open(t, allowed)
	c.Resolve(serveNames(t, nil, nil, nil, nil).resolver())
	trusting := open(t, allowed)
	pool := x509.NewCertPool()
	pool.AddCert(secure.Certificate())
	trusting.Trust(pool)
	for _, tt := range []struct {
		client       *egress.Client
		address, why string
	}{
		{slow, "http://127.0.0.1:" + port, "in time"},
		{c, "http://unknown.example", "not known"},
		{c, secure.URL, "not trusted"},
		{c, "http://127.0.0.99:65000", "cannot be reached"},
		{trusting, secure.URL, "status 404"},
	} {
		_, err := get(t, tt.client, tt.address, 1)
		if err == nil || !strings.Contains(egress.Why(err), tt.why) || strings.Contains(egress.Why(err), "127.0") {
			t.Errorf("%s: %v: %q", tt.address, err, egress.Why(err))
		}
	}
}

func TestSettings(t *testing.T) {
	good := egress.Policy{AllowedHosts: []string{"a.example", "*.b.example"}, AllowedNetworks: []string{"10.0.0.0/8", "fd00::/8"}, Timeout: 1}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for key, p := range map[string]egress.Policy{
		"allowed_hosts":    {AllowedHosts: []string{"https://a"}, Timeout: 1},
		"allowed_networks": {AllowedNetworks: []string{"10.0.0.1"}, Timeout: 1},
		"timeout":          {},
	} {
		if err := p.Validate(); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// FuzzAddress: no address, however it is written, is taken for another than the one that is
// called.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://a", "https://127.0.0.1", "https://0x7f.1", "https://[::1]", "https://a@b", "http:\\\\a", "https://ⓛocalhost"} {
		f.Add(s)
	}
	c := egress.New(egress.Policy{AllowedHosts: []string{"good.example"}})
	f.Fuzz(func(t *testing.T, address string) {
		if c.Check(address) != nil {
			return
		}
		r, err := http.NewRequest(http.MethodGet, address, http.NoBody)
		if err != nil {
			return
		}
		if host := strings.TrimSuffix(strings.ToLower(r.URL.Hostname()), "."); r.URL.Scheme != "https" || host != "good.example" || r.URL.User != nil {
			t.Errorf("%q calls %q", address, r.URL)
		}
	})
}
