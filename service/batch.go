package service

import (
	"context"

	"golang.org/x/sync/errgroup"

	"ocr-gateway/document"
)

// Results are the outcomes of a batch's files, in their order.
type Results struct {
	Status document.Status // ok or partial
	Counts Counts
	Items  []Item
}

// Counts are numbers of files, by outcome.
type Counts struct {
	Total   int `json:"total"`
	OK      int `json:"ok"`
	Partial int `json:"partial"`
	Failed  int `json:"failed"`
}

// Item is one file of a batch: its result or why there is none.
type Item struct {
	Name   string
	Status document.Status
	Result *document.Result
	Error  *document.Problem
}

// ReadAll reads files side by side, a few at once. A file that fails leaves the others alone; when
// all fail, the error says so and the results say why. They are nil when ctx ended.
func (s *Service) ReadAll(ctx context.Context, sources []*document.Source, opts Options) (*Results, error) {
	opts.Batch = true
	outer := ctx
	ctx, cancel := opts.Within(ctx)
	defer cancel()
	all := &Results{Status: document.StatusOK, Items: make([]Item, len(sources))}
	var g errgroup.Group
	g.SetLimit(s.cfg.BatchParallel)
	for i, src := range sources {
		g.Go(func() error {
			all.Items[i] = s.item(ctx, i, src, opts)
			return nil
		})
	}
	_ = g.Wait() // its functions return no errors
	if outer.Err() != nil {
		return nil, document.EndProblem(context.Cause(outer), "")
	}
	all.Counts = count(all.Items)
	switch n := all.Counts; n.Total {
	case n.OK:
	case n.Failed:
		return all, nothingRead(all.Items)
	default:
		all.Status = document.StatusPartial
	}
	return all, nil
}

func (s *Service) item(ctx context.Context, i int, src *document.Source, opts Options) Item {
	item := Item{Name: src.Name}
	res, err := (*document.Result)(nil), error(nil)
	switch {
	case ctx.Err() != nil:
		err = document.EndProblem(context.Cause(ctx), "")
	case src.Size == 0:
		err = document.Problemf(document.CodeUnreadable, document.PhaseAdmission, "the file is empty")
	default:
		res, err = s.Read(ctx, src, opts, nil)
	}
	if err != nil {
		item.Status, item.Error = document.StatusFailed, Problem(err)
		if item.Error.Code == document.CodeInternal {
			s.log.ErrorContext(ctx, "batch item failed", "index", i, "error", err)
		}
		return item
	}
	item.Status, item.Result = res.Status, res
	return item
}

func count(items []Item) Counts {
	n := Counts{Total: len(items)}
	for _, item := range items {
		switch item.Status {
		case document.StatusOK:
			n.OK++
		case document.StatusFailed:
			n.Failed++
		default:
			n.Partial++
		}
	}
	return n
}
