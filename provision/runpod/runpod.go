// Package runpod rents pods from RunPod over its REST API v2.
package runpod

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/provision"
)

// Where the API and the pods' HTTP ports are reached, unless Config says otherwise.
const (
	defaultBaseURL  = "https://api.runpod.io/v2"
	defaultProxyURL = "https://{pod}-{port}.proxy.runpod.net"
)

// Config says how the API is reached. Only Key is needed.
type Config struct {
	Key       string
	BaseURL   string        // of the API; empty means RunPod's
	ProxyURL  string        // of a pod's HTTP port, with {pod} and {port}; empty means RunPod's
	UserAgent string        // never empty on the wire: the edge refuses some libraries' own
	Timeout   time.Duration // of one request and its answer, logs excepted; 0 means one minute

	HTTPClient *http.Client // nil means one of its own
	Clock      Clock        // nil means the machine's
	Log        *slog.Logger // nil means none

	// Notice is told, for people, why a call takes long; nil means nobody.
	Notice func(text string)
}

// Clock is what waits are measured with.
type Clock interface {
	Now() time.Time
	// Sleep returns the error of ctx when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

// Cloud is RunPod. It is safe for concurrent use.
type Cloud struct {
	key, base, proxy, agent string

	timeout time.Duration
	http    *http.Client
	clock   Clock
	log     *slog.Logger
	notice  func(string)

	mu    sync.Mutex
	hold  time.Time // no request before: a quota is used up until then
	older bool      // creates take the older contract's body
}

var _ provision.Cloud = (*Cloud)(nil)

// New returns a client that has asked nothing yet.
func New(c Config) *Cloud {
	client := c.HTTPClient
	if client == nil {
		client = &http.Client{Transport: transport()}
	}
	kept := *client
	// The key goes to no other address, and a create is sent once.
	kept.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	cloud := &Cloud{
		key:     strings.TrimSpace(c.Key),
		base:    strings.TrimRight(cmp.Or(c.BaseURL, defaultBaseURL), "/"),
		proxy:   strings.TrimRight(cmp.Or(c.ProxyURL, defaultProxyURL), "/"),
		agent:   cmp.Or(c.UserAgent, "ocr-gateway"),
		timeout: c.Timeout,
		http:    &kept,
		clock:   c.Clock,
		log:     c.Log,
		notice:  c.Notice,
	}
	if cloud.notice == nil {
		cloud.notice = func(string) {}
	}
	if cloud.timeout <= 0 {
		cloud.timeout = time.Minute
	}
	if cloud.clock == nil {
		cloud.clock = machineClock{}
	}
	if cloud.log == nil {
		cloud.log = slog.New(slog.DiscardHandler)
	}
	return cloud
}

// Close ends idle connections. Calls in flight go on.
func (c *Cloud) Close() { c.http.CloseIdleConnections() }

// ProxyURL is the public address of an HTTP port of a pod.
func (c *Cloud) ProxyURL(id string, port int) string {
	return strings.NewReplacer("{pod}", id, "{port}", strconv.Itoa(port)).Replace(c.proxy)
}

// transport has a limit on each step before the request is sent; the rest is
// limited by each call's context.
func transport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:    15 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

type machineClock struct{}

func (machineClock) Now() time.Time { return time.Now() }

func (machineClock) Sleep(ctx context.Context, d time.Duration) error { return backoff.Sleep(ctx, d) }
