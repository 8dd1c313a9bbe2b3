package service_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

// byContent reads a file as its content says: "ok", "bad" or "half".
func byContent(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
	b, err := io.ReadAll(src.Reader())
	if err != nil {
		return nil, err
	}
	pages := map[string][]page{
		"ok":   {{text: "text"}},
		"half": {{text: "text"}, {code: document.CodeEngineFailed, phase: document.PhaseRecognize}},
		"bad":  {{code: document.CodeUnreadable, phase: document.PhaseRaster}},
	}[string(b)]
	return made(pages...)(ctx, src, opts, emit)
}

func sources(contents ...string) []*document.Source {
	var all []*document.Source
	for _, c := range contents {
		all = append(all, source(c))
	}
	return all
}

func TestReadAll(t *testing.T) {
	s, _ := build(t, pipeline(byContent), nil)
	all, err := s.ReadAll(t.Context(), sources("ok", "bad", "half", ""), service.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := (service.Counts{Total: 4, OK: 1, Partial: 1, Failed: 2}); all.Counts != want || all.Status != document.StatusPartial {
		t.Errorf("%s %+v", all.Status, all.Counts)
	}
	for i, want := range []document.Status{document.StatusOK, document.StatusFailed, document.StatusPartial, document.StatusFailed} {
		item := all.Items[i]
		if item.Status != want || (item.Result == nil) != (want == document.StatusFailed) || (item.Error == nil) != (item.Result != nil) {
			t.Errorf("item %d: %+v", i, item)
		}
	}
	if all, err = s.ReadAll(t.Context(), sources("ok", "ok"), service.Options{}); err != nil || all.Status != document.StatusOK {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestABatchOfWhichNothingWasRead(t *testing.T) {
	s, _ := build(t, pipeline(byContent), nil)
	all, err := s.ReadAll(t.Context(), sources("bad", ""), service.Options{})
	if p := wants(t, err, document.CodeUnreadable); len(p.Parts) != 2 || all == nil || len(all.Items) != 2 {
		t.Errorf("%+v, %+v", p, all)
	}
}

// TestABatchOfOneSaysWhy it could not be read, and one of several says why of the first.
func TestABatchOfOneSaysWhy(t *testing.T) {
	s, _ := build(t, pipeline(byContent), nil)
	one, err := s.ReadAll(t.Context(), sources("bad"), service.Options{})
	why := one.Items[0].Error.Detail
	if said := wants(t, err, document.CodeUnreadable).Detail; said != why {
		t.Errorf("one file: %q, want %q", said, why)
	}
	_, err = s.ReadAll(t.Context(), sources("bad", "bad"), service.Options{})
	if said := wants(t, err, document.CodeUnreadable).Detail; !strings.Contains(said, "2 files") || !strings.Contains(said, why) {
		t.Errorf("two files: %q", said)
	}
}

// TestABatchOutOfTimeMayBeSentAgain, as any other request.
func TestABatchOutOfTimeMayBeSentAgain(t *testing.T) {
	s, _ := build(t, pipeline(byContent), nil)
	all, err := s.ReadAll(t.Context(), sources("ok", "ok"), service.Options{Until: time.Now()})
	if p := wants(t, err, document.CodeDeadlineExceeded); !p.Retryable || all == nil {
		t.Errorf("%+v, %+v", p, all)
	}
	if _, err = s.ReadAll(t.Context(), sources("bad", "bad"), service.Options{}); wants(t, err, document.CodeUnreadable).Retryable {
		t.Error("a damaged file may be sent again")
	}
}

func TestACanceledBatchHasNoResults(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, _ := build(t, pipeline(func(ctx context.Context, _ *document.Source, _ document.Options, _ func(document.Event)) (*document.Result, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}), func(c *service.Config) { c.BatchParallel = 1 })
	all, err := s.ReadAll(ctx, sources("ok", "ok"), service.Options{})
	wants(t, err, document.CodeCanceled)
	if all != nil {
		t.Errorf("%+v", all)
	}
}
