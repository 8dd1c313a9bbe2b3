package pipeline

import (
	"context"
	"log/slog"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/stage"
	"ocr-gateway/pipeline/verified"
)

// observed is read with its time observed: in the document's trace, and in the log when it took
// too long.
func (r *run) observed(ctx context.Context, page *document.Page, rasterErr error, t *verified.Turn) *document.PageResult {
	began, arrived := r.beginOf(page.Number), time.Now()
	ctx, sheet := stage.Sheeted(ctx)
	ctx, whole := stage.BeginAt(ctx, stage.Page, began)
	defer whole.End()
	drawing := arrived.Add(-min(page.Took, arrived.Sub(began)))
	observeUntil(ctx, stage.WaitRender, began, drawing)
	observeUntil(ctx, stage.Render, drawing, arrived)
	result := r.read(ctx, page, rasterErr, t, arrived.Sub(began))
	if result == nil {
		whole.Fail(string(document.CodeCanceled))
		return nil
	}
	notePage(whole, result)
	if took := time.Since(began); r.slow > 0 && took >= r.slow {
		r.log.LogAttrs(ctx, slog.LevelWarn, "slow page", slog.Int("page", result.Number), slog.Int64("took_ms", took.Milliseconds()),
			slog.Any("stages", sheet), slog.String("status", string(result.Status)), slog.Int("regions", len(result.Regions)),
			slog.String("engine", result.Engine), slog.String("trace_id", stage.TraceID(ctx)))
	}
	return result
}

// observeUntil records a stage that is over.
func observeUntil(ctx context.Context, s stage.Stage, from, to time.Time) {
	_, span := stage.BeginAt(ctx, s, from)
	span.EndAt(to)
}

// notePage describes a page in its span.
func notePage(span stage.Span, page *document.PageResult) {
	if !span.Recorded() {
		return
	}
	span.Int("ocr.page", page.Number)
	span.Int("ocr.dpi", int(page.DPI))
	span.Int("ocr.regions", len(page.Regions))
	span.Text("ocr.engine", page.Engine)
	span.Text("ocr.layout", page.Layout)
	span.Text("ocr.status", string(page.Status))
	if page.Cached {
		span.Text("ocr.cache", "hit")
	}
	if page.Error != nil {
		span.Fail(string(page.Error.Code))
	}
}

// noteRegion describes a region in its span.
func noteRegion(span stage.Span, region *document.Region) {
	if !span.Recorded() {
		return
	}
	span.Text("ocr.region", region.ID)
	span.Text("ocr.region.type", string(region.Type))
	span.Text("ocr.status", string(region.Status))
	span.Int("ocr.attempts", region.Attempts)
	if region.Error != nil && region.Status == document.StatusFailed {
		span.Fail(string(region.Error.Code))
	}
}
