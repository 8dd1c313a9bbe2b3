package jobroutes

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/presence"
	"ocr-gateway/service"
)

// wantsLines reports whether the client wants the pages one by one.
func (r *Routes) wantsLines(c echo.Context, format string) (bool, error) {
	if format != "" || c.Request().Header.Get("Accept") == "" {
		return format == "ndjson", nil
	}
	media, err := answer.Negotiate(c.Request(), r.Formats.Media(answer.JSON, answer.NDJSON)...)
	return media == answer.NDJSON, err
}

// lines answers with the pages of one file that are done, and holds no more than one of them: a
// line for each as it stands by itself, in the order in which they were done, and one that sums up.
func (r *Routes) lines(c echo.Context, file int) error {
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	job, err := r.Jobs.Get(ctx, r.Owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	if file < 0 {
		if file = 0; len(job.Files) > 1 {
			return document.Invalid("file", "this job has %d files, and lines are those of one: choose it with file=0 and so on", len(job.Files))
		}
	}
	if job.Kind == jobs.KindExtract {
		return document.Invalid("format", "fields come as JSON only")
	}
	c.Response().Header().Set("X-Job-State", string(job.State))
	status := http.StatusAccepted
	if job.State.Ended() {
		status = http.StatusOK
	}
	out := answer.NewLines(c.Response(), status, cancel)
	defer presence.Probe(ctx, out.Probe)()
	res, err := r.Jobs.Lines(ctx, job.Owner, job.ID, file, func(page document.PageResult) error {
		out.Send(answer.WithRegions(page))
		return ctx.Err()
	})
	if err != nil && out.Started() {
		out.Last(answer.EndingOf(job.ID, &document.Result{Status: document.StatusFailed}, service.Problem(err)))
		return nil
	}
	if err != nil {
		return err
	}
	item := res.Items[0]
	if !out.Started() && item.Problem != nil {
		return item.Problem
	}
	d := item.Result
	switch {
	case d != nil:
	case res.Job.State.Ended(): // not opened
		d = &document.Result{ID: job.ID, Status: document.StatusCanceled}
	default:
		d = &document.Result{ID: job.ID, Status: document.StatusPartial}
	}
	out.Last(answer.EndingOf(d.ID, d, item.Problem))
	return nil
}
