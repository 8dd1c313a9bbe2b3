package otlp_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/internal/logtest"
	"ocr-gateway/internal/otlp"
	"ocr-gateway/internal/otlp/otlptest"
	"ocr-gateway/internal/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, cfg otlp.Config, log *logtest.Buffer) (*otlp.Exporter, context.Context) {
	t.Helper()
	e, err := otlp.Open(t.Context(), cfg, "v1", slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return e, stage.NewObserver(stage.NewHistograms(), e.Tracer()).Observed(context.Background())
}

// parent is a traceparent whose trace is recorded elsewhere, and one whose trace is not.
const (
	parent    = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	unsampled = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
)

func TestSpansReachTheCollector(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=ocr")
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
	collector, log := otlptest.Serve(t), new(logtest.Buffer)
	e, ctx := open(t, otlp.Config{Endpoint: collector.URL, Sample: 0}, log)
	for _, traceparent := range []string{parent, unsampled, "", "00-junk"} {
		ctx, request := stage.Serve(stage.Continue(ctx, traceparent), "POST /x")
		ctx, page := stage.Begin(ctx, stage.Page)
		page.Int("ocr.page", 3)
		if got := stage.Traceparent(ctx); traceparent == parent && !strings.HasPrefix(got, parent[:36]) {
			t.Errorf("goes on as %q", got)
		}
		page.End()
		request.Fail("Internal Server Error")
		request.End()
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	spans := collector.Await(t, func(s []otlptest.Span) bool { return len(s) == 2 })
	for _, s := range spans {
		if s.Trace != parent[3:35] || s.Service != "ocr-gateway" {
			t.Errorf("%+v", s)
		}
	}
	if page, request := spans[0], spans[1]; page.Name != "page" || page.Parent != request.ID || page.Attributes["ocr.page"] != 3 ||
		request.Parent != parent[36:52] || request.Kind != 2 || !request.Failed {
		t.Errorf("%+v", spans)
	}
	if h := collector.Headers()[0]; h.Get("X-Team") != "ocr" || h.Get("Content-Encoding") != "gzip" {
		t.Errorf("headers %v", h)
	}
}

// A collector that is down is said once, and neither blocks nor fails what is recorded.
func TestCollectorDown(t *testing.T) {
	collector, log := otlptest.Serve(t), new(logtest.Buffer)
	collector.Refuse(400)
	e, ctx := open(t, otlp.Config{Endpoint: collector.URL, Sample: 1}, log)
	began := time.Now()
	for range 20_000 { // more than the queue holds
		_, span := stage.Serve(ctx, "POST /x")
		span.End()
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("recording took %s while nobody takes what is recorded", took)
	}
	if err := e.Close(t.Context()); err != nil {
		t.Errorf("close: %v", err)
	}
	if said := strings.Count(log.String(), "traces cannot be delivered"); said != 1 {
		t.Errorf("said %d times:\n%s", said, log)
	}
}

func TestNothingIsRecordedWithoutAnEndpoint(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	e, err := otlp.Open(t.Context(), otlp.DefaultConfig(), "v1", slog.New(slog.DiscardHandler))
	if e != nil || err != nil || e.Tracer() != nil {
		t.Errorf("%v, %v", e, err)
	}
}

func TestConfig(t *testing.T) {
	for name, tc := range map[string]struct {
		cfg  otlp.Config
		says string // "" where it is right
	}{
		"off":           {otlp.DefaultConfig(), ""},
		"on":            {otlp.Config{Endpoint: "http://collector:4318"}, ""},
		"behind a path": {otlp.Config{Endpoint: "https://otlp.example.org/otlp", Sample: .1}, ""},
		"no scheme":     {otlp.Config{Endpoint: "collector:4317"}, "endpoint"},
		"key":           {otlp.Config{Endpoint: "http://user:secret@collector:4318"}, "OTEL_EXPORTER_OTLP_HEADERS"},
		"share":         {otlp.Config{Sample: 1.5}, "sample"},
	} {
		err := tc.cfg.Validate()
		if (err == nil) != (tc.says == "") || err != nil && (!strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
