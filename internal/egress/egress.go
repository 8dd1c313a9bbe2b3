// Package egress sends requests to addresses that clients name, where they may go: to
// public servers, over https, unless settings allow others.
package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"ocr-gateway/document"
)

// Client sends requests within a policy. It is safe for concurrent use. It uses no proxy:
// that would choose the address itself.
type Client struct {
	policy   Policy
	guardian *ssrf.Guardian
	http     *http.Client
}

const (
	connectTimeout = 10 * time.Second
	maxHeader      = 64 << 10 // bytes of an answer
	idleTimeout    = 30 * time.Second
)

// New makes a client.
func New(p Policy) *Client {
	c := &Client{policy: p, guardian: guardian(p)}
	dialer := &net.Dialer{Timeout: connectTimeout, Control: c.control}
	c.http = &http.Client{
		Timeout: p.Timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTimeout, ForceAttemptHTTP2: true,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: maxHeader, MaxIdleConnsPerHost: 2, MaxIdleConns: 32, IdleConnTimeout: idleTimeout,
			DisableCompression: true, // bytes of an answer are bytes that were sent
		},
		CheckRedirect: c.redirect,
	}
	return c
}

// Close ends connections that are kept for another request.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// refused is why an address is not called; the text completes a sentence about it.
type refused struct{ why string }

func (r *refused) Error() string { return "the address " + r.why }

func refuse(why string) error { return &refused{why} }

// Check says whether an address may be called, as far as that can be said without resolving
// its name. The error is fit for clients: see Why.
func (c *Client) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return refuse("cannot be read as a URL")
	}
	return c.check(u)
}

func (c *Client) check(u *url.URL) error {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	ip, notIP := netip.ParseAddr(host)
	switch {
	case u.Scheme != "https" && !(c.policy.AllowHTTP && u.Scheme == "http"):
		return refuse("must begin with https://")
	case u.User != nil:
		return refuse("has a user name or password in it, which is not supported")
	case host == "":
		return refuse("names no host")
	case !c.policy.names(host):
		return refuse("names a host that this server does not call")
	case !usual(u.Port()):
		return refuse("has a port that this server does not call: use 80, 443 or one from 1024")
	case notIP == nil:
		return c.checkAddr(ip)
	default:
		return nil
	}
}

// usual keeps requests away from services of other protocols.
func usual(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && (n == 80 || n == 443 || n >= 1024 && n <= 65535)
}

func (c *Client) redirect(r *http.Request, via []*http.Request) error {
	switch {
	case c.policy.MaxRedirects == 0:
		return http.ErrUseLastResponse
	case len(via) > c.policy.MaxRedirects:
		return refuse(fmt.Sprintf("redirects more than %d times", c.policy.MaxRedirects))
	default:
		return c.check(r.URL)
	}
}

// Do sends a request. The answer's body must be closed.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	if err := c.check(r.URL); err != nil {
		return nil, err
	}
	return c.http.Do(r)
}

// Get fetches at most limit bytes of an address; with more, reading the body ends with the
// *document.Problem too_large. An answer that is not 200 is an error.
func (c *Client) Get(ctx context.Context, address string, limit int64) (*http.Response, error) {
	if err := c.Check(address); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, refuse("cannot be read as a URL")
	}
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	switch {
	case resp.StatusCode != http.StatusOK:
		resp.Body.Close()
		return nil, refuse(fmt.Sprintf("answers with status %d", resp.StatusCode))
	case resp.ContentLength > limit:
		resp.Body.Close()
		return nil, document.TooLarge(limit)
	}
	resp.Body = &limited{resp.Body, limit, limit}
	return resp, nil
}

// limited is a body of which so many bytes are left to be read.
type limited struct {
	io.ReadCloser
	left, limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n - 1, document.TooLarge(l.limit)
	}
	return n, err
}

// Why says for a client why an address was not called or did not answer. It completes a
// sentence that begins with the address, and shows nothing of the network around this
// server.
func Why(err error) string {
	if r, ok := errors.AsType[*refused](err); ok {
		return r.why
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "names a host that is not known"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "has a certificate that is not trusted"
	}
	if n, ok := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) || ok && n.Timeout() {
		return "did not answer in time"
	}
	return "cannot be reached"
}
