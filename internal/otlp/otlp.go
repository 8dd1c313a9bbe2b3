// Package otlp sends traces to a collector by the OpenTelemetry protocol (HTTP, protobuf). A
// collector that is slow or down costs its spans and nothing else.
package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"ocr-gateway/internal/setting"
)

// Config says where traces go.
type Config struct {
	Endpoint string  `mapstructure:"endpoint"` // URL of a collector; empty records nothing
	Sample   float64 `mapstructure:"sample"`   // share of the requests without a trace of their own of which one is recorded
}

// DefaultConfig records nothing.
func DefaultConfig() Config { return Config{Sample: 1} }

// Validate names every setting that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	if c.Endpoint != "" {
		u, err := url.Parse(c.Endpoint)
		ok := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == ""
		errs.Check(ok, "endpoint", "is no address of a collector: write it as http://HOST:4318, and keys into OTEL_EXPORTER_OTLP_HEADERS")
	}
	errs.Check(c.Sample >= 0 && c.Sample <= 1, "sample", "is %v: use 0 to 1", c.Sample)
	return errs.Join()
}

// Bounds on what waits for the collector, some 1 KiB a span.
const (
	maxQueue      = 8192
	maxBatch      = 512
	exportTimeout = 10 * time.Second
	stopTimeout   = 3 * time.Second
)

// Exporter records traces and sends them.
type Exporter struct {
	provider *sdktrace.TracerProvider
}

// Open makes an exporter; nil where cfg has no endpoint. Nothing is connected yet. What else
// may be said of the way to the collector (headers, certificates, compression) is read from the
// variables OTEL_EXPORTER_OTLP_… that the protocol's standard names.
func Open(ctx context.Context, cfg Config, version string, log *slog.Logger) (*Exporter, error) {
	if cfg.Endpoint == "" {
		return nil, nil
	}
	target, err := url.JoinPath(cfg.Endpoint, "v1", "traces")
	if err != nil {
		return nil, setting.Errorf("trace.endpoint", "cannot be used: %w", err)
	}
	client, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(target), otlptracehttp.WithTimeout(exportTimeout),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: exportTimeout}))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	what, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "ocr-gateway"), attribute.String("service.version", version)),
		resource.WithHost(), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	// The library's own reports are of what noting says once.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Debug("traces", "error", err) }))
	return &Exporter{sdktrace.NewTracerProvider(
		sdktrace.WithResource(what),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.Sample))),
		sdktrace.WithBatcher(&noting{Exporter: client, log: log},
			sdktrace.WithMaxQueueSize(maxQueue), sdktrace.WithMaxExportBatchSize(maxBatch), sdktrace.WithExportTimeout(exportTimeout)),
	)}, nil
}

// Tracer records spans; nil where nothing is recorded.
func (e *Exporter) Tracer() trace.Tracer {
	if e == nil {
		return nil
	}
	return e.provider.Tracer("ocr-gateway")
}

// Close sends what is left, as far as the collector takes it soon.
func (e *Exporter) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if err := e.provider.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("traces: %w", err)
	}
	return nil
}

// noting says in the log when the collector stops taking spans, and when it takes them again.
type noting struct {
	*otlptrace.Exporter
	log  *slog.Logger
	down atomic.Bool
}

// ExportSpans sends spans; what cannot be sent is lost.
func (n *noting) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := n.Exporter.ExportSpans(ctx, spans)
	switch {
	case err != nil && !n.down.Swap(true):
		n.log.WarnContext(ctx, "traces cannot be delivered, and are lost until they can", "error", err)
	case err == nil && n.down.Swap(false):
		n.log.InfoContext(ctx, "traces are delivered again")
	}
	return nil
}
