package worker

import (
	"context"
	"io"

	"ocr-gateway/document"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/service"
)

// ending returns how a job ends that has nothing left to do.
func (t *task) ending(ctx context.Context, job index.Job) (*record.End, error) {
	unopened := 0
	for _, f := range job.Files {
		if f.Failed {
			unopened++
		}
	}
	read := job.Pages.OK + job.Pages.Partial
	switch {
	case unopened == 0 && job.Pages.OK == job.Pages.Total:
		return &record.End{State: record.Succeeded}, nil
	case read > 0:
		return &record.End{State: record.Partial}, nil
	case len(job.Files) > 1:
		return &record.End{State: record.Failed, Problem: document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize,
			"none of the %d files could be read; the result says why", len(job.Files))}, nil
	}
	problem, err := t.verdict(ctx)
	return &record.End{State: record.Failed, Problem: problem}, err
}

// verdict returns why nothing of the only file could be read.
func (t *task) verdict(ctx context.Context) (*document.Problem, error) {
	opened, there, err := t.parts.Broker.Opened(ctx, t.d.Job, 0)
	if err != nil || !there {
		return nil, err
	}
	if opened.Open.Problem != nil {
		return opened.Open.Problem, nil
	}
	var pages []document.PageResult
	for _, n := range opened.Open.Pages {
		e, there, err := t.parts.Broker.Page(ctx, t.d.Job, 0, n)
		if err != nil {
			return nil, err
		}
		if !there {
			continue
		}
		page, err := t.load(ctx, e.Page.Blob)
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
	return service.Verdict(pages), nil
}

func (t *task) load(ctx context.Context, blob string) (document.PageResult, error) {
	r, err := t.parts.Blobs.Get(ctx, blob)
	if err != nil {
		return document.PageResult{}, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return document.PageResult{}, err
	}
	return record.DecodePage(b)
}
