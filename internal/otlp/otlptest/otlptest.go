// Package otlptest is a collector of traces for tests: it takes what OpenTelemetry's own
// protocol types can read, and keeps it.
package otlptest

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/protobuf/proto"
)

// Span is a span that came.
type Span struct {
	Trace, ID, Parent string // hexadecimal; Parent is empty for none
	Name              string
	Kind              int32 // of the protocol: 1 internal, 2 server, 5 consumer
	Start, End        time.Time
	Attributes        map[string]any
	Failed            bool
	Why               string // of Failed
	Service           string
}

// Took is its duration.
func (s Span) Took() time.Duration { return s.End.Sub(s.Start) }

// Collector takes spans. It is safe for concurrent use.
type Collector struct {
	URL string

	mu      sync.Mutex
	spans   []Span
	raw     []byte // all bodies
	headers []http.Header
	came    chan struct{} // closed when a request came, and made anew
	refuse  int
}

// Serve starts a collector for the time of a test.
func Serve(t testing.TB) *Collector {
	c := &Collector{came: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(c.take))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

// Refuse has the collector answer with a status from now on; 0 takes spans again.
func (c *Collector) Refuse(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse = status
}

func (c *Collector) take(w http.ResponseWriter, r *http.Request) {
	body, err := plain(r)
	if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
		http.Error(w, "no traces in protobuf", http.StatusBadRequest)
		return
	}
	var req collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &req); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.headers = append(c.headers, r.Header)
	defer func() { close(c.came); c.came = make(chan struct{}) }()
	if c.refuse != 0 {
		w.WriteHeader(c.refuse)
		return
	}
	c.raw = append(c.raw, body...)
	c.spans = append(c.spans, spansOf(&req)...)
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func plain(r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return io.ReadAll(r.Body)
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func spansOf(req *collector.ExportTraceServiceRequest) (all []Span) {
	for _, resource := range req.GetResourceSpans() {
		service, _ := attributes(resource.GetResource().GetAttributes())["service.name"].(string)
		for _, scope := range resource.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				all = append(all, Span{
					Trace: hex.EncodeToString(s.GetTraceId()), ID: hex.EncodeToString(s.GetSpanId()), Parent: hex.EncodeToString(s.GetParentSpanId()),
					Name: s.GetName(), Kind: int32(s.GetKind()),
					Start: time.Unix(0, int64(s.GetStartTimeUnixNano())), End: time.Unix(0, int64(s.GetEndTimeUnixNano())),
					Attributes: attributes(s.GetAttributes()), Failed: s.GetStatus().GetCode() == 2, Why: s.GetStatus().GetMessage(), Service: service,
				})
			}
		}
	}
	return all
}

func attributes(list []*common.KeyValue) map[string]any {
	m := map[string]any{}
	for _, kv := range list {
		switch v := kv.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			m[kv.GetKey()] = v.StringValue
		case *common.AnyValue_IntValue:
			m[kv.GetKey()] = int(v.IntValue)
		}
	}
	return m
}

// Await waits until the spans that came satisfy enough, and returns them. It ends the test when
// they do not in time.
func (c *Collector) Await(t testing.TB, enough func([]Span) bool) []Span {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		c.mu.Lock()
		spans, came := append([]Span(nil), c.spans...), c.came
		c.mu.Unlock()
		if enough(spans) {
			return spans
		}
		select {
		case <-came:
		case <-late:
			t.Fatalf("of %d spans that came not those that are wanted: %+v", len(spans), spans)
		}
	}
}

// Raw is everything that came, as it came.
func (c *Collector) Raw() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.raw)
}

// Headers are those of all requests so far.
func (c *Collector) Headers() []http.Header {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]http.Header(nil), c.headers...)
}
