package azure

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/problem"
)

// retryAfter is the number of seconds after which clients ask again.
const retryAfter = "1"

// operation is the state of an analysis, with its result.
type operation struct {
	Status  string    `json:"status"` // notStarted, running, failed or succeeded
	Created time.Time `json:"createdDateTime"`
	Updated time.Time `json:"lastUpdatedDateTime"`
	Fault   *fault    `json:"error,omitempty"`
	Result  *analysis `json:"analyzeResult,omitempty"`
}

// resultID names the result of a job with spans in a unit. To clients it is opaque.
func resultID(job string, u unit) string { return job + "-" + string(u) }

// found returns the job that an address names.
func found(c *doors.Call) (job doors.Job, u unit, err error) {
	id := c.Param("result")
	at := max(strings.LastIndexByte(id, '-'), 0)
	u = unit(strings.TrimPrefix(id[at:], "-"))
	model := c.Param("model")
	if !slices.Contains(units, u) || model != modelRead && model != modelLayout {
		return job, u, notThere(id)
	}
	job, err = c.Jobs.Wait(c.Request.Context(), id[:at], 0)
	if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeNotFound {
		err = notThere(id)
	}
	return job, u, err
}

func notThere(id string) error {
	return document.Problemf(document.CodeNotFound, "", "there is no result %s", clip.Text(id))
}

// show answers at once: clients poll.
func show(c *doors.Call) error {
	job, u, err := found(c)
	if err != nil {
		return err
	}
	op := operation{Status: statusOf(job), Created: job.Created.UTC().Truncate(time.Second), Updated: job.Changed.UTC().Truncate(time.Second)}
	switch {
	case job.Problem != nil:
		f := faultOf(problem.BodyOf(job.Problem, ""))
		op.Fault = &f
	case !job.Ended:
		c.Response.Header().Set("Retry-After", retryAfter)
	default:
		got, err := c.Jobs.Result(c.Request.Context(), job.ID)
		if err != nil {
			return err
		}
		defer got.Source.Close()
		op.Result = analyzed(got.Reading, c.Param("model"), u, slices.Contains(got.Formats, formats["markdown"]))
	}
	return c.Send(http.StatusOK, op)
}

func statusOf(job doors.Job) string {
	switch {
	case job.Problem != nil:
		return "failed"
	case job.Ended:
		return "succeeded"
	case job.Started:
		return "running"
	}
	return "notStarted"
}

// searchable answers with the PDF that was asked for with the document.
func searchable(c *doors.Call) error {
	job, _, err := found(c)
	switch {
	case err != nil:
		return err
	case job.Problem != nil:
		return job.Problem
	case !job.Ended:
		return document.Problemf(document.CodeNotFound, "", "the document has not been read yet")
	}
	got, err := c.Jobs.Result(c.Request.Context(), job.ID)
	if err != nil {
		return err
	}
	defer got.Source.Close()
	if !slices.Contains(got.Formats, "pdf") {
		return document.Problemf(document.CodeNotFound, "", "there is no PDF: it was not asked for with output=pdf")
	}
	written, err := c.Format("pdf", got.Reading)
	if err != nil {
		return err
	}
	return c.SendText(http.StatusOK, "application/pdf", written)
}
