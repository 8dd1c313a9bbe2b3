package correlation_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"ocr-gateway/internal/correlation"
)

func TestLinesNameTheirWork(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(correlation.Handler(slog.NewTextHandler(&out, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
				return slog.Attr{}
			}
			return a
		},
	}))).With("component", "test")
	job := correlation.With(t.Context(), "job", "a")
	one, other := correlation.With(job, "request_id", "1"), correlation.With(job, "request_id", "2")
	log.WarnContext(t.Context(), "nobody's")
	log.WarnContext(one, "one", "page", 3)
	log.WarnContext(context.WithoutCancel(other), "another")
	if got, want := out.String(), `msg=nobody's component=test
msg=one component=test page=3 job=a request_id=1
msg=another component=test job=a request_id=2
`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
