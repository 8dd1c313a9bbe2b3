package service_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

// pipeline is one whose Run a test writes.
type pipeline func(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error)

func (p pipeline) Run(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
	return p(ctx, src, opts, emit)
}

// Join leaves a mark.
func (pipeline) Join(pages []document.PageResult, _ document.Options) {
	pages[0].Markdown += " (joined)"
}

// page is how a page of a made-up document ends: text, or a problem.
type page struct {
	text  string
	code  document.Code
	phase document.Phase
}

// made is a document whose pages finish from the last to the first.
func made(pages ...page) pipeline {
	return func(ctx context.Context, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		sum := document.Summary{Total: len(pages), Pages: len(pages)}
		emit(document.Event{Kind: document.EventAccepted, Summary: sum})
		for n := len(pages); n > 0; n-- {
			if ctx.Err() != nil {
				sum.Canceled = n
				return &document.Result{Status: document.StatusCanceled, Summary: sum, Engine: "fake"}, document.EndProblem(context.Cause(ctx), "")
			}
			p := pages[n-1]
			if p.code != "" {
				sum.Failed++
				emit(document.Event{Kind: document.EventPageFail, Summary: sum, Page: &document.PageResult{
					Number: n, Status: document.StatusFailed, Error: document.Problemf(p.code, p.phase, "page %d is bad", n),
				}})
				continue
			}
			sum.OK++
			emit(document.Event{Kind: document.EventPage, Summary: sum, Page: &document.PageResult{Number: n, Status: document.StatusOK, Text: p.text, Markdown: p.text}})
		}
		res := &document.Result{Status: document.StatusOK, Summary: sum, Engine: "fake"}
		switch {
		case sum.Failed == sum.Pages:
			res.Status = document.StatusFailed
		case sum.Failed > 0:
			res.Status = document.StatusPartial
		}
		return res, nil
	}
}

// fields finds the text of a document.
type fields struct{ schema string }

func (f fields) Question() *document.Question { return &document.Question{Example: f.schema} }

func (f fields) Extract(res *document.Result) (*document.Extraction, error) {
	return &document.Extraction{Status: res.Status, Data: []byte(`"` + res.Text + `"`)}, nil
}

// build makes a service; change may be nil.
func build(t *testing.T, p service.Pipeline, change func(*service.Config)) (*service.Service, *bytes.Buffer) {
	t.Helper()
	cfg := service.DefaultConfig()
	cfg.RequestTimeout = time.Minute
	if change != nil {
		change(&cfg)
	}
	var log bytes.Buffer
	s, err := service.New(cfg, service.Parts{
		Pipeline: p, Layout: true, Formats: []service.Format{{Name: "markdown"}, {Name: "text"}},
		Fields: func(schema string) (service.Fields, error) {
			if schema == "" {
				return nil, document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission, "the schema is empty")
			}
			return fields{schema}, nil
		},
	}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return s, &log
}

func source(content string) *document.Source { return document.NewSource("a.pdf", []byte(content)) }

// wants checks the code of an error and returns it.
func wants(t *testing.T, err error, code document.Code) *document.Problem {
	t.Helper()
	p, ok := errors.AsType[*document.Problem](err)
	if !ok || p.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	return p
}
