package host

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 8 << 20

// get asks a server on the host through the SSH connection.
func (s *Setup) get(ctx context.Context, url, key string) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	return s.do(ctx, req, key, s.tunnel)
}

// tunnel connects through the SSH connection.
func (s *Setup) tunnel(ctx context.Context, network, address string) (net.Conn, error) {
	host, err := s.connected(ctx)
	if err != nil {
		return nil, err
	}
	return host.DialContext(ctx, network, address)
}

// dialer makes connections.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// do sends one request and returns its answer without the header.
func (s *Setup) do(ctx context.Context, req *http.Request, key string, dial dialer) (status int, body []byte, err error) {
	a, err := s.exchange(ctx, req, key, dial)
	return a.status, a.body, err
}

// answer is one read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// errInClear is a key that would go over a network without encryption.
var errInClear = errors.New("the key does not go over plain HTTP")

// exchange sends one request on a connection of its own; dial nil means the network,
// where a key goes over TLS only. Redirects are not followed: they might lead off it.
func (s *Setup) exchange(ctx context.Context, req *http.Request, key string, dial dialer) (answer, error) {
	if key != "" && dial == nil && req.URL.Scheme != "https" {
		return answer{}, errInClear
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	req.Header.Set("User-Agent", "ocr-gateway") // the cloud's edge refuses some libraries' own
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	if dial == nil {
		transport.Proxy = http.ProxyFromEnvironment
	}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return answer{resp.StatusCode, resp.Header, body}, err
}
