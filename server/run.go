package server

import (
	"context"
	"fmt"
	"runtime/debug"

	"ocr-gateway/document"
)

// run calls the pipeline under the call's deadline. A context that ended is
// reported by its reason, whatever the pipeline made of it, and a panic of
// the pipeline stays within its document.
func (s *Server) run(ctx context.Context, src *document.Source, opts requestOptions, emit func(document.Event)) (res *document.Result, err error) {
	ctx, cancel := context.WithDeadline(ctx, opts.until)
	defer cancel()
	ctx, refuse := context.WithCancelCause(ctx)
	defer refuse(nil)
	pages := waiting{admission: s.admission}
	defer pages.end()
	defer func() {
		if r := recover(); r != nil {
			s.log.ErrorContext(ctx, "panic in the pipeline", "panic", r, "stack", string(debug.Stack()))
			res, err = nil, fmt.Errorf("pipeline: panic")
		}
	}()
	res, err = s.deps.Pipeline.Run(ctx, src, opts.Options, func(e document.Event) {
		s.metrics.page(e)
		if e.Page != nil {
			pages.one()
		} else if full := pages.add(e.Summary.Pages); full != nil {
			refuse(full)
			return // the client hears of it in place of this event
		}
		emit(e)
	})
	if ctx.Err() != nil && (err != nil || res.Status == document.StatusCanceled) {
		return nil, ended(ctx)
	}
	if err != nil {
		return nil, err
	}
	return res, nil
}

// ended explains why a context is over.
func ended(ctx context.Context) *document.Problem { return document.EndProblem(context.Cause(ctx), "") }

// whole runs a document to its end and gives it with all its pages.
func (s *Server) whole(ctx context.Context, src *document.Source, opts requestOptions) (*document.Result, error) {
	var pages document.Collector
	res, err := s.run(ctx, src, opts, pages.Add)
	if err != nil {
		return nil, err
	}
	res.ID = newID()
	pages.Complete(res, func(pages []document.PageResult) { s.deps.Pipeline.Join(pages, opts.Options) })
	if f := failureOf(res); f != nil {
		return nil, f
	}
	return res, nil
}
