package server_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ocr-gateway/server"
	"ocr-gateway/server/certificate"
	"ocr-gateway/server/keys"
)

// keysFile writes a file of keys; that of anna is "key of anna".
func keysFile(t *testing.T, entries ...keys.Entry) string {
	t.Helper()
	for i := range entries {
		entries[i].SHA256 = keys.Sum("key of " + entries[i].Name)
	}
	data, err := keys.Write(entries)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys.yaml")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// as is a request with a key of keysFile.
func (a *api) as(name, method, path string, f *formBody) reply {
	var body []byte
	contentType := ""
	if f != nil {
		body, contentType = f.encode()
	}
	req := a.request(method, path, contentType, body)
	req.Header.Set("X-API-Key", "key of "+name)
	return a.do(req)
}

func pages(n string) *formBody { return newForm().file("file", "secret name.pdf", "pages:"+n) }

func TestNamedKeys(t *testing.T) {
	path := keysFile(t, keys.Entry{Name: "anna"}, keys.Entry{Name: "prometheus", Scopes: []keys.Scope{keys.Admin}},
		keys.Entry{Name: "root", Scopes: []keys.Scope{keys.Read, keys.Admin}})
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.KeysFile, c.APIKeys = path, []string{"first-key"} })
	for name, want := range map[string][2]int{"anna": {200, 403}, "prometheus": {403, 200}, "root": {200, 200}, "nobody": {401, 401}} {
		if info, metrics := a.as(name, "GET", "/api/info", nil), a.as(name, "GET", "/metrics", nil); info.status != want[0] || metrics.status != want[1] {
			t.Errorf("%s: %d and %d, want %v", name, info.status, metrics.status, want)
		}
	}
	a.as("prometheus", "POST", "/api/ocr/document", pages("1")).want(403, "forbidden")
	a.get("/api/info").want(401, "unauthorized")
	req := a.request("GET", "/metrics", "", nil)
	req.Header.Set("X-API-Key", "first-key")
	if r := a.do(req); r.status != 200 {
		t.Errorf("a key without name: %d", r.status)
	}
}

func TestLimitsOfKeys(t *testing.T) {
	path := keysFile(t, keys.Entry{Name: "often", RequestsPerMinute: 2}, keys.Entry{Name: "much", PagesPerDay: 5}, keys.Entry{Name: "free"})
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.KeysFile = path })
	for range 2 {
		a.as("often", "POST", "/api/ocr/document", pages("1")).want(200, "")
	}
	r := a.as("often", "POST", "/api/ocr/document", pages("1"))
	if body := r.want(429, "too_many_requests"); body["limit"] != "requests_per_minute" || r.header.Get("Retry-After") == "" {
		t.Errorf("%v, Retry-After %q", body, r.header.Get("Retry-After"))
	}
	a.as("much", "POST", "/api/ocr/document", pages("3")).want(200, "")
	r = a.as("much", "POST", "/api/ocr/document", pages("3"))
	if body := r.want(429, "too_many_requests"); body["limit"] != "pages_per_day" || r.header.Get("Retry-After") == "" {
		t.Errorf("%v, Retry-After %q", body, r.header.Get("Retry-After"))
	}
	a.as("much", "POST", "/api/ocr/document", pages("2")).want(200, "")
	a.as("free", "POST", "/api/ocr/document", pages("6")).want(200, "")
	metrics := a.as("free", "GET", "/metrics", nil)
	metrics.want(403, "forbidden")
}

// TestPagesOfJobsCount against the day's of their key, together with those of direct requests.
func TestPagesOfJobsCount(t *testing.T) {
	path := keysFile(t, keys.Entry{Name: "much", PagesPerDay: 5}, keys.Entry{Name: "other", PagesPerDay: 5})
	a := start(t, scripted(), withJobs(t), func(c *server.Config, _ *deps) { c.KeysFile = path })
	job := func(n string) map[string]any {
		id := a.as("much", "POST", jobsURL, pages(n)).want(202, "")["id"].(string)
		return a.as("much", "GET", jobsURL+"/"+id+"?wait=1m", nil).want(200, "")
	}
	if j := job("3"); j["state"] != "succeeded" {
		t.Errorf("3 of 5 pages: %v", j)
	}
	a.as("much", "POST", "/api/ocr/document", pages("3")).want(429, "too_many_requests")
	if j := job("3"); j["state"] != "failed" || j["error"].(map[string]any)["limit"] != "pages_per_day" {
		t.Errorf("3 of 2 pages: %v", j)
	}
	a.as("much", "POST", "/api/ocr/document", pages("1")).want(200, "")
	if j := job("1"); j["state"] != "succeeded" {
		t.Errorf("the last page: %v", j)
	}
	if r := a.as("much", "POST", jobsURL, pages("1")); r.want(429, "too_many_requests")["limit"] != "pages_per_day" || r.header.Get("Retry-After") == "" {
		t.Errorf("none left: %s", r.body)
	}
	a.as("other", "POST", jobsURL, pages("5")).want(202, "")
}

// TestJobsBelongToNames wants the jobs of a name seen by all of its keys and by no other.
func TestJobsBelongToNames(t *testing.T) {
	path := keysFile(t, keys.Entry{Name: "anna"}, keys.Entry{Name: "bert"})
	entry, err := keys.Write([]keys.Entry{{Name: "anna", SHA256: keys.Sum("key of anna's next")}})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = file.Write(entry)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	a := start(t, scripted(), withJobs(t), func(c *server.Config, _ *deps) { c.KeysFile = path })
	id := a.as("anna", "POST", jobsURL, pages("1")).want(202, "")["id"].(string)
	a.as("anna's next", "GET", jobsURL+"/"+id+"?wait=1m", nil).want(200, "")
	a.as("bert", "GET", jobsURL+"/"+id, nil).want(404, "not_found")
}

// TestAuditLog wants each request with a key in the log, also those refused, and nothing of
// documents, file names, passwords or keys.
func TestAuditLog(t *testing.T) {
	audit := filepath.Join(t.TempDir(), "audit.log")
	path := keysFile(t, keys.Entry{Name: "anna"})
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.KeysFile, c.AuditLog = path, audit })
	a.as("anna", "POST", "/api/ocr/document?password=hush", pages("3")).want(200, "")
	a.as("nobody", "POST", "/api/ocr/document", pages("3")).want(401, "unauthorized")
	a.as("anna", "GET", "/metrics", nil).want(403, "forbidden")
	a.get("/livez")
	data, err := os.ReadFile(audit)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"secret name", "hush", "key of", "pages:3"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("the audit log has %q:\n%s", secret, data)
		}
	}
	type line struct {
		Key, Route, Remote string
		RequestID          string `json:"request_id"`
		Status, Pages      int
		Allowed            bool
	}
	var lines []line
	for scan := bufio.NewScanner(strings.NewReader(string(data))); scan.Scan(); {
		var l line
		if err := json.Unmarshal(scan.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if l.RequestID == "" || l.Remote == "" {
			t.Errorf("%+v", l)
		}
		l.RequestID, l.Remote = "", ""
		lines = append(lines, l)
	}
	want := []line{
		{Key: "anna", Route: "/api/ocr/document", Status: 200, Pages: 3, Allowed: true},
		{Route: "/api/ocr/document", Status: 401},
		{Key: "anna", Route: "/metrics", Status: 403},
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines:\n%s", len(lines), data)
	}
	for i := range want {
		if lines[i] != want[i] {
			t.Errorf("line %d: %+v, want %+v", i+1, lines[i], want[i])
		}
	}
}

// certificateOf writes a certificate for 127.0.0.1, and returns it.
func certificateOf(t *testing.T, dir string, serial int64) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert := certificateOf(t, dir, 1)
	a := start(t, scripted(), func(c *server.Config, _ *deps) {
		c.TLSCert, c.TLSKey = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	})
	trusted := x509.NewCertPool()
	trusted.AddCert(cert)
	a.base = strings.Replace(a.base, "http://", "https://", 1)
	a.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, ServerName: "localhost"}, ForceAttemptHTTP2: true}
	a.get("/livez").want(200, "")
	a.postForm("/api/ocr/document", pages("2")).want(200, "")
	a.client.CloseIdleConnections()
	old := &tls.Config{RootCAs: trusted, ServerName: "localhost", MaxVersion: tls.VersionTLS11}
	if _, err := tls.Dial("tcp", strings.TrimPrefix(a.base, "https://"), old); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

// TestCertificatesAreRenewed changes the files under a server.
func TestCertificatesAreRenewed(t *testing.T) {
	dir := t.TempDir()
	certificateOf(t, dir, 1)
	synctest.Test(t, func(t *testing.T) { // whose clock stands still but for Sleep
		c, err := certificate.Open(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		serial := func() int64 {
			pair, err := c.Config().GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			return pair.Leaf.SerialNumber.Int64()
		}
		if got := serial(); got != 1 {
			t.Fatalf("serial %d", got)
		}
		certificateOf(t, dir, 2)
		time.Sleep(time.Second)
		if got := serial(); got != 1 {
			t.Errorf("looked at too soon: serial %d", got)
		}
		time.Sleep(time.Minute)
		if got := serial(); got != 2 {
			t.Errorf("not renewed: serial %d", got)
		}
		if err := os.WriteFile(filepath.Join(dir, "cert.pem"), []byte("broken"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := serial(); got != 2 {
			t.Errorf("a broken file: serial %d", got)
		}
	})
}
