package server

import (
	"context"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"ocr-gateway/document"
)

// batchAnswer lists every file in the order of the request.
type batchAnswer struct {
	ID     string          `json:"id"`
	Status document.Status `json:"status"` // ok or partial: nothing read is a problem
	Counts batchCounts     `json:"counts"`
	Items  []batchItem     `json:"items"`
}

type batchCounts struct {
	Total   int `json:"total"`
	OK      int `json:"ok"`
	Partial int `json:"partial"`
	Failed  int `json:"failed"`
}

type batchItem struct {
	Index    int               `json:"index"` // from 0
	Filename string            `json:"filename"`
	Status   document.Status   `json:"status"`
	Result   *recognition      `json:"result,omitempty"`
	Error    *document.Problem `json:"error,omitempty"`
}

func (s *Server) batch(c echo.Context) error {
	if _, err := negotiate(c, mediaJSON); err != nil {
		return err
	}
	call, opts, err := s.parse(c, form{
		files: []string{"images"}, many: s.cfg.MaxBatchFiles,
		options: []string{"task", "pages", "password", "dpi", "enable_layout", "include_headers", "table_format", "join_tables", "prompt", "deadline_ms"},
	}, document.TaskText, mediaJSON)
	if err != nil {
		return err
	}
	defer call.close()
	opts.Batch = true
	ctx, cancel := context.WithDeadline(c.Request().Context(), opts.until)
	defer cancel()
	items := s.each(ctx, call.sources, opts)
	if outer := c.Request().Context(); outer.Err() != nil {
		return ended(outer)
	}
	out := batchAnswer{ID: newID(), Status: document.StatusOK, Counts: count(items), Items: items}
	switch n := out.Counts; n.Total {
	case n.OK:
	case n.Failed:
		return nothingRead(items)
	default:
		out.Status = document.StatusPartial
	}
	return writeJSON(c, 200, mediaJSON, out)
}

// each reads the files side by side, a few at once. A file that fails leaves
// its neighbors alone.
func (s *Server) each(ctx context.Context, sources []*document.Source, opts requestOptions) []batchItem {
	items := make([]batchItem, len(sources))
	var g errgroup.Group
	g.SetLimit(s.cfg.BatchParallel)
	for i, src := range sources {
		g.Go(func() error {
			items[i] = s.item(ctx, i, src, opts)
			return nil
		})
	}
	_ = g.Wait() // its functions return no errors
	return items
}

func (s *Server) item(ctx context.Context, i int, src *document.Source, opts requestOptions) batchItem {
	item := batchItem{Index: i, Filename: src.Name}
	res, err := (*document.Result)(nil), error(nil)
	switch {
	case ctx.Err() != nil:
		err = ended(ctx)
	case src.Size == 0:
		err = document.Problemf(document.CodeUnreadable, document.PhaseAdmission, "the file is empty")
	default:
		res, err = s.whole(ctx, src, opts)
	}
	if err != nil {
		f := asFailure(err)
		if f.Code == document.CodeInternal {
			s.log.ErrorContext(ctx, "batch item failed", "index", i, "error", err)
		}
		item.Status, item.Error = document.StatusFailed, f.Problem
		return item
	}
	item.Status, item.Result = res.Status, recognitionOf(res, opts.Task)
	return item
}

func count(items []batchItem) batchCounts {
	n := batchCounts{Total: len(items)}
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

// nothingRead is a batch without a single success. It is the client's fault
// only when every file is.
func nothingRead(items []batchItem) *failure {
	var details []detail
	for _, item := range items {
		details = append(details, detail{Code: item.Error.Code, Detail: item.Error.Detail})
	}
	f := &failure{
		Problem: document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize,
			"none of the %d files could be read; items says why", len(items)),
		details: details, items: items,
	}
	f.blame(false)
	return f
}
