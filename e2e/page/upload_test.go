package page_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/engine/enginetest"
	"ocr-gateway/raster/rastertest"
)

// TestLargeFileGoesOnWhereItBroke: of a file of which a part has come when the connection breaks, the rest is sent.
func TestLargeFileGoesOnWhereItBroke(t *testing.T) {
	server := serve(t, enginetest.Config{}, parts)
	broken := &breaking{after: 4 << 20, answered: func() int { return strings.Count(server.Log(), `"method":"PATCH"`) }}
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(address); broken.see(r.Out) },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	})
	t.Cleanup(proxy.Close)
	pdf := rastertest.NewPDF()
	pdf.Raw("", bytes.Repeat([]byte("0123456789abcdef"), 10<<16)) // 10 MiB
	pdf.Page("/MediaBox[0 0 200 280]", "", "BT /F1 14 Tf 20 250 Td (Page 1) Tj ET")
	b := open(t, proxy.URL, "Failed to load resource")
	b.send(file(t, "größer.pdf", pdf.Bytes("")))
	b.done("succeeded")
	b.must(`$('#title').innerText === 'größer.pdf'`)
	for seen := broken.requests(); seen[len(seen)-1] != "DELETE " && t.Context().Err() == nil; seen = broken.requests() {
		time.Sleep(time.Millisecond) // it is sent after the job was accepted, and waited for by nobody
	}
	seen := broken.requests()
	// Chromium itself sends the first piece again where its connection was used before.
	if seen = slices.Compact(seen); len(seen) != 3 || seen[0] != "PATCH 0" || !strings.HasPrefix(seen[1], "PATCH ") || seen[2] != "DELETE " {
		t.Errorf("the server was sent %q", seen)
	}
}

// breaking breaks the connection of the first piece of a file when a part of it has come.
type breaking struct {
	after    int64
	answered func() int // pieces, to whomever: what came of them is known

	mu   sync.Mutex
	seen []string // method and offset of what was asked for files
}

func (b *breaking) requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.seen)
}

func (b *breaking) see(r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api/ocr/files/") {
		return
	}
	if r.Method == http.MethodHead {
		for b.answered() < len(b.requests()) && r.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Header.Get("Upload-Offset") == "0" {
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, b.after), failing{}))
	}
	b.seen = append(b.seen, r.Method+" "+r.Header.Get("Upload-Offset"))
}

// failing is a body that breaks off.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the connection is broken") }
