package service

import (
	"context"
	"fmt"
	"runtime/debug"

	"ocr-gateway/document"
)

// Run reads a document and calls emit for every event, one at a time and in order: once when the
// document is open, then for each page as it is finished. The result has no pages and no text; it
// is nil when the document could not be opened. With an error it accounts for what was read until
// then: all pages, when the error is that none could be.
func (s *Service) Run(ctx context.Context, src *document.Source, opts Options, emit func(document.Event)) (*document.Result, error) {
	ctx, cancel := opts.Within(ctx)
	defer cancel()
	ctx, refuse := context.WithCancelCause(ctx)
	defer refuse(nil)
	pages := s.Admission.Document(opts.account)
	defer pages.End()
	var seen seen
	res, err := s.guarded(ctx, src, opts.Options, func(e document.Event) {
		if e.Page != nil {
			s.count(e.Page)
			pages.Done()
		} else if full := pages.Add(e.Summary.Pages); full != nil {
			refuse(full)
			return // the caller gets this as the error instead
		}
		seen.event(e)
		emit(e)
	})
	return seen.account(ctx, res, err)
}

// guarded runs the pipeline. A panic fails only its document.
func (s *Service) guarded(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (res *document.Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.ErrorContext(ctx, "panic in the pipeline", "panic", r, "stack", string(debug.Stack()))
			res, err = nil, fmt.Errorf("pipeline: panic")
		}
	}()
	return s.parts.Pipeline.Run(ctx, src, opts, emit)
}

// seen is what the events of a document have said.
type seen struct {
	opened bool
	last   document.Summary
	failed []document.PageResult // number and error of each, while none has been read
}

func (s *seen) event(e document.Event) {
	s.opened, s.last = true, e.Summary
	switch {
	case e.Kind == document.EventPageFail && e.Summary.OK+e.Summary.Partial == 0:
		s.failed = append(s.failed, document.PageResult{Number: e.Page.Number, Error: e.Page.Error})
	case e.Kind == document.EventPage:
		s.failed = nil
	}
}

// account decides how a document ended. Where the context ended, that is the reason, whatever the
// pipeline made of it.
func (s *seen) account(ctx context.Context, res *document.Result, err error) (*document.Result, error) {
	var problem *document.Problem
	switch {
	case ctx.Err() != nil && (err != nil || res.Status == document.StatusCanceled):
		problem = document.EndProblem(context.Cause(ctx), "")
	case err != nil:
		problem = Problem(err)
	case res.Status == document.StatusFailed:
		return res, verdict(res, s.failed)
	default:
		return res, nil
	}
	if !s.opened {
		return nil, problem
	}
	if res == nil {
		res = &document.Result{Summary: s.last}
	}
	res.Status, res.Error = document.StatusFailed, problem
	if problem.Code == document.CodeCanceled || problem.Code == document.CodeOverloaded {
		res.Status = document.StatusCanceled
	}
	return res, problem
}

// Verdict is the problem of a document of which nothing could be read; pages are those that were
// tried.
func Verdict(pages []document.PageResult) *document.Problem {
	res := &document.Result{}
	if len(pages) > 1 {
		res.Error = document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize, "none of the %d pages could be read", len(pages))
	}
	return verdict(res, pages)
}

// Read is Run with all pages in the result, and their text. emit may be nil.
func (s *Service) Read(ctx context.Context, src *document.Source, opts Options, emit func(document.Event)) (*document.Result, error) {
	var pages document.Collector
	res, err := s.Run(ctx, src, opts, func(e document.Event) {
		pages.Add(e)
		if emit != nil {
			emit(e)
		}
	})
	if res != nil {
		s.complete(res, pages, opts)
	}
	return res, err
}

// Complete adds pages that Run emitted, in any order and from any number of runs, to res as Read
// does.
func (s *Service) Complete(res *document.Result, pages []document.PageResult, opts Options) {
	var all document.Collector
	for i := range pages {
		all.Add(document.Event{Page: &pages[i]})
	}
	s.complete(res, all, opts)
}

func (s *Service) complete(res *document.Result, pages document.Collector, opts Options) {
	pages.Complete(res, func(pages []document.PageResult) {
		if len(pages) > 0 {
			s.parts.Pipeline.Join(pages, opts.Options)
		}
	})
}

// Extract reads a document and finds the fields of opts in it.
func (s *Service) Extract(ctx context.Context, src *document.Source, opts Options) (*document.Extraction, error) {
	if err := opts.Ask(); err != nil {
		return nil, err
	}
	res, err := s.Read(ctx, src, opts, nil)
	if err != nil {
		return nil, err
	}
	return opts.Found(res)
}

// Ask sets the engine's question about each page to that of the fields, which must be set.
func (o *Options) Ask() error {
	if o.Fields == nil {
		return document.Invalid("schema", `schema is missing: a JSON example such as {"name": ""} or a JSON Schema`)
	}
	o.Question = o.Fields.Question()
	return nil
}

// Found is what Extract returns for a document that was read, with its question.
func (o Options) Found(res *document.Result) (*document.Extraction, error) {
	found, err := o.Fields.Extract(res)
	if err != nil {
		return nil, Problem(err)
	}
	return found, nil
}
