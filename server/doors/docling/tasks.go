package docling

import (
	"errors"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/doors"
)

// task is the state of a conversion.
type task struct {
	ID       string         `json:"task_id"`
	Type     string         `json:"task_type"`
	Status   string         `json:"task_status"` // pending, started, success or failure; the result says whether it is partial
	Position *int           `json:"task_position"`
	Meta     *string        `json:"task_meta"`
	Message  *string        `json:"error_message"`
	Failure  *publicFailure `json:"failure"`
}

// publicFailure is why a task has no result.
type publicFailure struct {
	Category  string            `json:"category"`
	Message   string            `json:"message"`
	Retryable bool              `json:"retryable"`
	Phase     string            `json:"phase"`
	Details   map[string]string `json:"details"`
}

// taskFailure is the result of a task that has none.
type taskFailure struct {
	Kind    string        `json:"kind"`
	Failure publicFailure `json:"failure"`
}

// submit has a document converted as a job. Its formats are kept with the job; options that only
// matter to the answer are refused.
func submit(c *doors.Call, src *document.Source, opts options) error {
	if opts.abort || opts.pageBreak != "" {
		return document.Invalid("options", "abort_on_error and md_page_break_placeholder are done here while the client waits, at /v1/convert/file and /v1/convert/source")
	}
	var wanted []string
	for _, f := range opts.formats {
		wanted = append(wanted, formats[f])
	}
	opts.values["formats"] = strings.Join(wanted, ",")
	job, err := c.Jobs.Submit(c.Request.Context(), src, opts.values, opts.timeout)
	if err != nil {
		return err
	}
	return c.Send(http.StatusOK, taskOf(job))
}

// maxWait is the longest that a client is made to wait.
const maxWait = time.Minute

// poll answers when the task has ended, or after the seconds that the client will wait.
func poll(c *doors.Call) error {
	wait := 0.0
	if text := c.Request.URL.Query().Get("wait"); text != "" {
		var err error
		if wait, err = strconv.ParseFloat(text, 64); err != nil || math.IsNaN(wait) || wait < 0 {
			return document.Invalid("wait", "wait must be a number of seconds, not %q", clip.Text(text))
		}
	}
	job, err := c.Jobs.Wait(c.Request.Context(), c.Param("task"), time.Duration(min(wait, maxWait.Seconds())*float64(time.Second)))
	if err != nil {
		return notTask(err)
	}
	return c.Send(http.StatusOK, taskOf(job))
}

// notTask words the error about a missing task as docling's client expects it.
func notTask(err error) error {
	if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeNotFound {
		return document.Problemf(document.CodeNotFound, "", "Task not found.")
	}
	return err
}

// result answers with what a task has read.
func result(c *doors.Call) error {
	ctx, id := c.Request.Context(), c.Param("task")
	job, err := c.Jobs.Wait(ctx, id, 0)
	if err != nil {
		return notTask(err)
	}
	if !job.Ended {
		return document.Problemf(document.CodeNotFound, "", "Task result not found. Please wait for a completion status.")
	}
	if job.Problem != nil {
		return c.Send(http.StatusOK, taskFailure{"TaskFailureResult", failureOf(job.Problem)})
	}
	got, err := c.Jobs.Result(ctx, id)
	if err != nil {
		return notTask(err)
	}
	defer got.Source.Close()
	return send(c, got.Reading, options{formats: ours(got.Formats)}, got.Took)
}

// ours are formats by docling's names.
func ours(names []string) (all []string) {
	for _, theirs := range slices.Sorted(maps.Keys(formats)) {
		if slices.Contains(names, formats[theirs]) {
			all = append(all, theirs)
		}
	}
	return all
}

func taskOf(job doors.Job) task {
	t := task{ID: job.ID, Type: "convert", Status: "pending"}
	switch {
	case job.Problem != nil:
		failed := failureOf(job.Problem)
		t.Status, t.Message, t.Failure = "failure", &job.Problem.Detail, &failed
	case job.Ended:
		t.Status = "success"
	case job.Started:
		t.Status = "started"
	}
	return t
}

// categories are docling's names of what can go wrong.
var categories = map[document.Code]string{
	document.CodeOverloaded: "capacity", document.CodeTooManyRequests: "capacity", document.CodeDeadlineExceeded: "timeout", document.CodeInternal: "internal",
	document.CodeUnreadable: "backend_failure", document.CodeUnsupportedMedia: "backend_failure", document.CodeEngineFailed: "inference_failure", document.CodeAllPagesFailed: "inference_failure",
}

func failureOf(p *document.Problem) publicFailure {
	category, known := categories[p.Code]
	if !known {
		category = "unknown"
	}
	return publicFailure{category, p.Detail, p.Retryable, "execution", map[string]string{"code": string(p.Code)}}
}
