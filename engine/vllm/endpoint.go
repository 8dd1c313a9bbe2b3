package vllm

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// endpoint is one server with what we know about it.
type endpoint struct {
	Endpoint
	key    *apiKey
	client *http.Client // reuses connections
	fresh  *http.Client // opens one for each request
	look   chan struct{}

	// Guarded by the pool's mutex.
	status   status
	inFlight int
	breaker  breaker
	lastTurn uint64
	gone     context.Context // ends when the server is found to be gone, see pool.gone
	giveUp   context.CancelFunc
	restsTo  time.Time   // it asked for no request until then
	wake     *time.Timer // ends the rest
}

// keepAlive is below the 5 s after which vLLM closes an idle connection, so that
// requests do not run into the closing.
const keepAlive = 4 * time.Second

func newEndpoint(e Endpoint) *endpoint {
	transport := func(alive bool) *http.Transport {
		return &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			// A dialer of our own also keeps to HTTP/1.1, where a cancelled request
			// closes its socket: that is what stops the server's work.
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			IdleConnTimeout:        keepAlive,
			MaxIdleConnsPerHost:    e.MaxInFlight,
			MaxResponseHeaderBytes: 64 << 10,
			WriteBufferSize:        32 << 10,
			DisableCompression:     true,
			DisableKeepAlives:      !alive,
		}
	}
	// The key must not follow a redirect to somewhere else.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &endpoint{
		Endpoint: e,
		key:      newAPIKey(e.APIKey, e.APIKeyFile),
		client:   &http.Client{Transport: transport(true), CheckRedirect: stay},
		fresh:    &http.Client{Transport: transport(false), CheckRedirect: stay},
		look:     make(chan struct{}, 1),
		status:   status{state: stateChecking, detail: "it is being checked"},
	}
}

// request makes a request that carries the endpoint's key.
func (e *endpoint) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, e.URL+path, body)
	if err != nil {
		return nil, err
	}
	if key := e.key.get(); key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	return req, nil
}

// lookSoon asks for a look at the endpoint now.
func (e *endpoint) lookSoon() {
	select {
	case e.look <- struct{}{}:
	default:
	}
}

func (e *endpoint) close() {
	if e.wake != nil {
		e.wake.Stop()
	}
	e.client.CloseIdleConnections()
	e.fresh.CloseIdleConnections()
}
