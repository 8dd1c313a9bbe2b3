package doclayout

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
	"ocr-gateway/internal/stage"
)

// client talks to one running sidecar over HTTP. It is safe for concurrent use.
type client struct {
	base string
	http *http.Client

	failures atomic.Int32  // pages failed in a row
	suspect  atomic.Bool   // no pages go there until its health was checked
	check    chan struct{} // has a value when health should be checked soon
}

// newClient accepts http://HOST:PORT, https://HOST:PORT or unix:PATH.
func newClient(address string) (*client, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("it cannot be parsed")
	}
	transport := &http.Transport{
		IdleConnTimeout:     20 * time.Second, // the program closes idle connections after 60 s
		MaxIdleConnsPerHost: 16,
	}
	c := &client{http: &http.Client{Transport: transport}, check: make(chan struct{}, 1)}
	switch {
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		c.base = strings.TrimSuffix(u.String(), "/")
	case u.Scheme == "unix" && filepath.IsAbs(u.Path):
		c.base = "http://layout"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", u.Path)
		}
	default:
		return nil, errors.New("write it as http://HOST:PORT or unix:/PATH")
	}
	return c, nil
}

func (c *client) close() { c.http.CloseIdleConnections() }

// health is a sidecar's answer to GET /health.
type health struct {
	Status string `json:"status"` // loading, ready or failed
	Model  string `json:"model"`
	Device string `json:"device"`
	Reason string `json:"reason"` // of failed
}

// maxHealthBytes bounds an answer of GET /health.
const maxHealthBytes = 64 << 10

func (c *client) health(ctx context.Context) (h health, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/health", nil)
	if err != nil {
		return h, err
	}
	status, body, err := c.do(req, maxHealthBytes)
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

// detect sends a page. It retries for as long as the sidecar is full, and once
// when the connection breaks: an idle connection may just have timed out.
func (c *client) detect(ctx context.Context, page *document.Page) ([]detection, error) {
	for broke := false; ; {
		found, err := c.send(ctx, page)
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

// connectionBroke reports whether an open connection was lost. A connection that
// was refused does not count: nobody listens.
func connectionBroke(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF)
}

func (c *client) send(ctx context.Context, page *document.Page) ([]detection, error) {
	pixels, err := newPixelReader(page.Image)
	if err != nil {
		return nil, err
	}
	defer pixels.Close() // the transport may hold it longer than the page exists
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/v1/layout", pixels)
	if err != nil {
		return nil, err
	}
	size := page.Image.Bounds().Size()
	req.ContentLength = pixels.size()
	req.Header.Set("Content-Type", pixels.mediaType())
	req.Header.Set("X-Width", strconv.Itoa(size.X))
	req.Header.Set("X-Height", strconv.Itoa(size.Y))
	if trace := stage.Traceparent(ctx); trace != "" {
		req.Header.Set(stage.Header, trace)
	}
	status, body, err := c.do(req, maxAnswerBytes)
	if err != nil {
		return nil, err
	}
	if status.code != http.StatusOK {
		return nil, status
	}
	return parseAnswer(body, size)
}

func (c *client) do(req *http.Request, limit int64) (statusError, []byte, error) {
	resp, err := c.http.Do(req)
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

// retryAfter returns the wait that a full sidecar asks for, within bounds.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		seconds = 1
	}
	return min(max(time.Duration(seconds)*time.Second, 50*time.Millisecond), 5*time.Second)
}

// recordOutcome learns from how a page went. A page that the program refused by
// rule, or had no room for, does not count against it.
func (c *client) recordOutcome(err error) {
	var status statusError
	switch {
	case err == nil:
		c.failures.Store(0)
		return
	case errors.As(err, &status) && status.code != http.StatusInternalServerError:
		return
	}
	c.failures.Add(1)
	c.suspect.Store(true)
	select {
	case c.check <- struct{}{}:
	default:
	}
}
