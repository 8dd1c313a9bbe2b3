package endpoints

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"ocr-gateway/internal/share"
)

// Server is one endpoint with what we know about it.
type Server struct {
	Config
	key    *apiKey
	client *http.Client // reuses connections
	fresh  *http.Client // opens a connection for each request
	look   chan struct{}
	looked chan struct{} // closed after the first check
	time   *share.Meter  // divided among the requests at the server

	// Guarded by the pool's mutex.
	status   Status
	inFlight int
	breaker  breaker
	lastTurn uint64
	gone     context.Context // ends when the server turns out to be gone, see Pool.lost
	giveUp   context.CancelFunc
	restsTo  time.Time   // it asked to be left alone until then
	wake     *time.Timer // ends the rest
}

// keepAlive is less than the 5 s after which vLLM closes an idle connection, so that no request coincides
// with the closing.
const keepAlive = 4 * time.Second

func newServer(c Config) *Server {
	transport := func(alive bool) *http.Transport {
		return &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			// Our own dialer also keeps to HTTP/1.1, where a canceled request closes its connection, which
			// stops the server's work.
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			IdleConnTimeout:        keepAlive,
			MaxIdleConnsPerHost:    c.MaxInFlight,
			MaxResponseHeaderBytes: 64 << 10,
			WriteBufferSize:        32 << 10,
			DisableCompression:     true,
			DisableKeepAlives:      !alive,
		}
	}
	// The key must not follow a redirect.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Server{
		Config: c,
		key:    newAPIKey(c.APIKey, c.APIKeyFile),
		client: &http.Client{Transport: transport(true), CheckRedirect: stay},
		fresh:  &http.Client{Transport: transport(false), CheckRedirect: stay},
		look:   make(chan struct{}, 1),
		looked: make(chan struct{}),
		time:   share.New(share.Time()),
		status: Status{State: stateChecking, Detail: "it is being checked"},
	}
}

// Request makes a request that carries the endpoint's key.
func (e *Server) Request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, e.URL+path, body)
	if err != nil {
		return nil, err
	}
	if key := e.key.get(); key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	return req, nil
}

// Client returns what sends requests to the server: over kept connections, or fresh ones.
func (e *Server) Client(fresh bool) *http.Client {
	if fresh {
		return e.fresh
	}
	return e.client
}

// KeyMayChange reports whether the server's key comes from a file, which is read again.
func (e *Server) KeyMayChange() bool { return e.key.file != "" }

// LookSoon asks for a check of the endpoint now.
func (e *Server) LookSoon() {
	select {
	case e.look <- struct{}{}:
	default:
	}
}

func (e *Server) close() {
	if e.wake != nil {
		e.wake.Stop()
	}
	e.client.CloseIdleConnections()
	e.fresh.CloseIdleConnections()
}
