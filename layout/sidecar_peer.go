package layout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"ocr-gateway/document"
)

// peer is one running sidecar, as seen over HTTP. It is safe for concurrent use.
type peer struct {
	base   string
	client *http.Client

	failures atomic.Int32  // pages failed in a row
	doubted  atomic.Bool   // no pages go there until it has shown its health
	look     chan struct{} // has a value when health should be looked at soon
}

// newPeer takes http://HOST:PORT, https://HOST:PORT or unix:PATH.
func newPeer(address string) (*peer, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("it cannot be parsed")
	}
	transport := &http.Transport{
		IdleConnTimeout:     20 * time.Second, // the program closes idle connections after 60 s
		MaxIdleConnsPerHost: 16,
	}
	p := &peer{client: &http.Client{Transport: transport}, look: make(chan struct{}, 1)}
	switch {
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		p.base = strings.TrimSuffix(u.String(), "/")
	case u.Scheme == "unix" && filepath.IsAbs(u.Path):
		p.base = "http://layout"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", u.Path)
		}
	default:
		return nil, errors.New("write it as http://HOST:PORT or unix:/PATH")
	}
	return p, nil
}

func (p *peer) close() { p.client.CloseIdleConnections() }

// health is what a sidecar says of itself.
type health struct {
	Status string `json:"status"` // loading, ready or failed
	Model  string `json:"model"`
	Device string `json:"device"`
	Reason string `json:"reason"` // of failed
}

// maxHealthBytes bounds an answer of GET /health.
const maxHealthBytes = 64 << 10

func (p *peer) health(ctx context.Context) (h health, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/health", nil)
	if err != nil {
		return h, err
	}
	status, body, err := p.do(req, maxHealthBytes)
	if err != nil {
		return h, err
	}
	if status.code != http.StatusOK {
		return h, fmt.Errorf("health: %w", status)
	}
	if err := json.Unmarshal(body, &h); err != nil {
		return h, fmt.Errorf("health: %w", err)
	}
	return h, nil
}

// statusError is an HTTP status other than 200.
type statusError struct {
	code       int
	retryAfter time.Duration
}

func (e statusError) Error() string { return "status " + strconv.Itoa(e.code) }

// detect sends a page, and sends it again for as long as the sidecar is full, and
// once when the connection breaks: that may have been the connection's own end.
func (p *peer) detect(ctx context.Context, page *document.Page) ([]detection, error) {
	for broke := false; ; {
		found, err := p.send(ctx, page)
		if connectionBroke(err) && !broke {
			broke = true
			continue
		}
		var status statusError
		if !errors.As(err, &status) || status.code != http.StatusServiceUnavailable {
			return found, err
		}
		select {
		case <-time.After(status.retryAfter):
		case <-ctx.Done():
			return nil, fmt.Errorf("%w until %w", err, ctx.Err())
		}
	}
}

// connectionBroke is false for a connection that was refused: nobody is there.
func connectionBroke(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF)
}

func (p *peer) send(ctx context.Context, page *document.Page) ([]detection, error) {
	pixels, err := newPixelReader(page.Image)
	if err != nil {
		return nil, err
	}
	defer pixels.Close() // the transport may hold it longer than the page lives
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/v1/layout", pixels)
	if err != nil {
		return nil, err
	}
	size := page.Image.Bounds().Size()
	req.ContentLength = pixels.size()
	req.Header.Set("Content-Type", pixels.mediaType())
	req.Header.Set("X-Width", strconv.Itoa(size.X))
	req.Header.Set("X-Height", strconv.Itoa(size.Y))
	status, body, err := p.do(req, maxAnswerBytes)
	if err != nil {
		return nil, err
	}
	if status.code != http.StatusOK {
		return nil, status
	}
	return parseAnswer(body, size)
}

func (p *peer) do(req *http.Request, limit int64) (statusError, []byte, error) {
	resp, err := p.client.Do(req)
	if err != nil {
		return statusError{}, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return statusError{}, nil, fmt.Errorf("read answer: %w", err)
	}
	if int64(len(body)) > limit {
		return statusError{}, nil, fmt.Errorf("%w: longer than %d bytes", errAnswer, limit)
	}
	return statusError{resp.StatusCode, retryAfter(resp.Header)}, body, nil
}

// retryAfter is the wait that a full sidecar asks for, within reason.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		seconds = 1
	}
	return min(max(time.Duration(seconds)*time.Second, 50*time.Millisecond), 5*time.Second)
}
