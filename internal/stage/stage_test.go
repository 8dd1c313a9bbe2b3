package stage_test

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"ocr-gateway/internal/stage"
)

// at is a time of a test.
func at(ms int) time.Time { return time.UnixMilli(int64(1_000_000 + ms)) }

// What is done side by side counts once.
func TestSheetAddsUpWhatTookThePagesTime(t *testing.T) {
	ctx := stage.NewObserver(stage.NewHistograms(), nil).Observed(t.Context())
	ctx, sheet := stage.Sheeted(ctx)
	_, page := stage.BeginAt(ctx, stage.Page, at(0))
	_, first := stage.BeginAt(ctx, stage.Region, at(10))
	_, second := stage.BeginAt(ctx, stage.Region, at(20))
	first.EndAt(at(110))
	second.EndAt(at(210))
	_, third := stage.BeginAt(ctx, stage.Region, at(300))
	third.EndAt(at(350))
	_, short := stage.BeginAt(ctx, stage.Assemble, at(350))
	short.EndAt(at(350))
	page.EndAt(at(400))
	if got, want := sheet.LogValue().String(), "[page_ms=400 region_ms=250]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHistograms(t *testing.T) {
	h := stage.NewHistograms()
	ctx := stage.NewObserver(h, nil).Observed(t.Context())
	_, render := stage.BeginAt(ctx, stage.Render, at(0))
	render.EndAt(at(100))
	ctx, asking := stage.Begin(ctx, stage.Model)
	asking.Answered(stage.Answer{Endpoint: "gpu-1", Outcome: "ok", FirstToken: time.Second, PromptTokens: 300, CompletionTokens: 20})
	asking.End()
	stage.Wait(ctx, stage.WaitEngine).End(ctx)
	all, err := testutil.CollectAndFormat(h, expfmt.TypeTextPlain, "ocr_gateway_stage_duration_seconds", "ocr_gateway_model_request_duration_seconds", "ocr_gateway_model_time_to_first_token_seconds")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`ocr_gateway_stage_duration_seconds_bucket{stage="render",le="0.05"} 0`,
		`ocr_gateway_stage_duration_seconds_bucket{stage="render",le="0.1"} 1`,
		`ocr_gateway_stage_duration_seconds_count{stage="model"} 1`,
		`ocr_gateway_stage_duration_seconds_count{stage="wait_engine"} 1`,
		`ocr_gateway_stage_duration_seconds_count{stage="layout"} 0`,
		`ocr_gateway_model_request_duration_seconds_count{endpoint="gpu-1",outcome="ok"} 1`,
		`ocr_gateway_model_time_to_first_token_seconds_sum{endpoint="gpu-1"} 1`,
	} {
		if !strings.Contains(string(all), line) {
			t.Errorf("no line %s in\n%s", line, all)
		}
	}
}

// Waits that are over at once are in histograms alone.
func TestShortWaitsAreNoSpans(t *testing.T) { synctest.Test(t, shortWaitsAreNoSpans) }

func shortWaitsAreNoSpans(t *testing.T) {
	kept := tracetest.NewSpanRecorder()
	tracer := trace.NewTracerProvider(trace.WithSpanProcessor(kept)).Tracer("test")
	ctx, root := stage.Serve(stage.NewObserver(stage.NewHistograms(), tracer).Observed(t.Context()), "GET /")
	stage.Wait(ctx, stage.WaitEngine).End(ctx)
	long := stage.Wait(ctx, stage.WaitLayout)
	time.Sleep(time.Millisecond)
	long.End(ctx)
	root.Name("GET /x")
	root.End()
	var names []string
	for _, s := range kept.Ended() {
		names = append(names, s.Name())
	}
	if got := strings.Join(names, ", "); got != "wait_layout, GET /x" {
		t.Errorf("spans %s", got)
	}
	if id := stage.TraceID(ctx); len(id) != 32 {
		t.Errorf("trace %q", id)
	}
}

// A trace goes on where this program records none.
func TestTraceparentGoesThrough(t *testing.T) {
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for given, want := range map[string]string{parent: parent, "": "", "00-junk": "", "00-" + strings.Repeat("0", 32) + parent[35:]: ""} {
		ctx := stage.Continue(t.Context(), given)
		ctx, root := stage.Serve(ctx, "GET /")
		ctx, page := stage.Begin(ctx, stage.Page)
		page.End()
		root.End()
		if got := stage.Traceparent(ctx); got != want {
			t.Errorf("%q goes on as %q", given, got)
		}
		if stage.TraceID(ctx) != "" {
			t.Errorf("%q is recorded", given)
		}
	}
}

// FuzzContinue: what clients send as a trace is one, or is passed over.
func FuzzContinue(f *testing.F) {
	for _, seed := range []string{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", "00-", ""} {
		f.Add(seed)
	}
	form := regexp.MustCompile("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$")
	f.Fuzz(func(t *testing.T, given string) {
		got := stage.Traceparent(stage.Continue(t.Context(), given))
		if got != "" && (!form.MatchString(got) || !strings.Contains(given, got[3:52])) {
			t.Errorf("%q goes on as %q", given, got)
		}
	})
}

// observeAll is what a region costs who observes it.
func observeAll(ctx context.Context) {
	stage.Wait(ctx, stage.WaitEngine).End(ctx)
	ctx, region := stage.Begin(ctx, stage.Region)
	region.Int("ocr.attempts", 1)
	region.Text("ocr.region.type", "text")
	_, encode := stage.Begin(ctx, stage.Encode)
	encode.End()
	region.End()
}

func TestNothingIsAllocatedWithoutTraces(t *testing.T) {
	measured := stage.NewObserver(stage.NewHistograms(), nil).Observed(t.Context())
	for name, ctx := range map[string]context.Context{"unobserved": t.Context(), "histograms": measured} {
		if n := testing.AllocsPerRun(100, func() { observeAll(ctx) }); n != 0 {
			t.Errorf("%s: %v allocations a region", name, n)
		}
	}
}

func BenchmarkRegion(b *testing.B) {
	h := stage.NewHistograms()
	tracer := trace.NewTracerProvider().Tracer("bench")
	for _, bc := range []struct {
		name string
		o    *stage.Observer
	}{{"unobserved", nil}, {"histograms", stage.NewObserver(h, nil)}, {"traced", stage.NewObserver(h, tracer)}} {
		b.Run(bc.name, func(b *testing.B) {
			ctx := b.Context()
			if bc.o != nil {
				ctx = bc.o.Observed(ctx)
			}
			ctx, root := stage.Serve(ctx, "POST /")
			defer root.End()
			ctx, sheet := stage.Sheeted(ctx)
			b.ReportAllocs()
			for b.Loop() {
				observeAll(ctx)
			}
			_ = sheet
		})
	}
}

func TestSheetOfNobody(t *testing.T) {
	_, sheet := stage.Sheeted(t.Context())
	var said strings.Builder
	slog.New(slog.NewTextHandler(&said, nil)).Info("x", "stages", sheet)
	if sheet != nil || strings.Contains(said.String(), "stages") {
		t.Errorf("%v, %s", sheet, &said)
	}
}
