package batch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"ocr-gateway/client"
	"ocr-gateway/document"
	"ocr-gateway/internal/backoff"
)

// maxForgotten is how often a job may be unknown right after it was accepted.
const maxForgotten = 3

// one reads a document, unless it was read before. An error ends the whole run.
func (r *run) one(ctx context.Context, i item) error {
	e := r.state.of(i.id(), i.version)
	switch {
	case e.Outcome == "": // it was in work, or is new
	case e.Outcome != outcomeOK && r.cfg.RetryFailed:
		e = e.next()
	case e.Outcome != outcomeFailed && !e.has(r.cfg.Formats): // its job may still be there
		e.Outcome, e.Error = "", ""
	default:
		r.done(i, e, true)
		return nil
	}
	for range maxForgotten {
		again, err := r.read(ctx, i, &e)
		if !again {
			return err
		}
		e = e.next()
	}
	return fmt.Errorf("%s: the gateway does not know jobs that it has accepted: if there are several behind its address, they do not share them", i.name)
}

// read has a document read by the job of an entry, which it submits where there is none. again
// says that the gateway has forgotten the job.
func (r *run) read(ctx context.Context, i item, e *entry) (again bool, err error) {
	if e.Job == "" {
		if err := r.submit(ctx, i, e); err != nil {
			return false, r.failed(ctx, i, *e, err)
		}
	}
	job, err := r.await(ctx, e.Job)
	if err == nil {
		e.Pages, e.Failed = job.Progress.Done, job.Progress.Failed
		err = r.fetch(ctx, i, e, job)
	}
	if status(err) == http.StatusNotFound {
		return true, nil
	}
	if err != nil {
		return false, r.failed(ctx, i, *e, err)
	}
	return false, r.end(i, *e)
}

// end records how an item ended.
func (r *run) end(i item, e entry) error {
	if err := r.state.set(e); err != nil {
		return err
	}
	r.done(i, e, false)
	return nil
}

// failed records an item that could not be read, or ends the run where it is not the item's fault.
func (r *run) failed(ctx context.Context, i item, e entry, err error) error {
	if _, ours := errors.AsType[*writeError](err); ours || ctx.Err() != nil || status(err) == 0 || endsAll(status(err)) {
		return fmt.Errorf("%s: %w", i.name, err)
	}
	e.Outcome, e.Error = outcomeFailed, why(err)
	return r.end(i, e)
}

// endsAll reports whether a status holds for every document: the key is wrong, the gateway keeps
// no jobs or is none, or waiting for it was in vain.
func endsAll(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound ||
		status == http.StatusMethodNotAllowed || status == http.StatusTooManyRequests || status >= 500
}

// status returns the HTTP status behind an error, 0 if there is none.
func status(err error) int {
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return p.Status
	}
	if _, ok := errors.AsType[*openError](err); ok {
		return http.StatusUnprocessableEntity // it is the document's fault
	}
	return 0
}

// why words an error for the report.
func why(err error) string {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p.Detail
	}
	return err.Error()
}

// openError is that of a document that cannot be opened on this machine.
type openError struct{ error }

func (e *openError) Unwrap() error { return e.error }

// submit sends a document. It always has the same key, and so becomes the same job however often
// it is sent.
func (r *run) submit(ctx context.Context, i item, e *entry) error {
	file, closeFile, err := i.open(ctx)
	if err != nil {
		return &openError{err}
	}
	defer closeFile()
	if e.SHA256 == "" {
		if e.SHA256, err = sum(file); err != nil {
			return &openError{err}
		}
	}
	request := client.JobRequest{Key: keyOf(i, *e, file), Files: []client.File{file}, More: i.options}
	var job *client.Job
	err = r.persist(ctx, func() (err error) {
		job, err = r.gateway.SubmitJob(ctx, request)
		return err
	})
	if err != nil {
		return err
	}
	e.Job = job.ID
	return r.state.set(*e)
}

func sum(f client.File) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f.Content, 0, f.Size)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// keyOf is the Idempotency-Key of a document with options. It depends on the content, not on what
// the program remembers.
func keyOf(i item, e entry, f client.File) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%q\n%d\n%s", e.SHA256, f.Name, e.Try, i.asked())
	return "batch-" + hex.EncodeToString(h.Sum(nil))
}

const (
	poll = 20 * time.Second // a gateway answers earlier when the job ends
	// spurious is the least time between two polls: something in between may answer at once.
	spurious = 200 * time.Millisecond
)

// await waits for the end of a job.
func (r *run) await(ctx context.Context, id string) (*client.Job, error) {
	var seen client.JobProgress
	for {
		asked := time.Now()
		var job *client.Job
		err := r.persist(ctx, func() (err error) {
			job, err = r.gateway.Job(ctx, id, poll)
			return err
		})
		if err != nil {
			return nil, err
		}
		r.step(func(p *Progress) {
			p.Pages += job.Progress.Total - seen.Total
			p.PagesDone += job.Progress.Done - seen.Done
			p.PagesFailed += job.Progress.Failed - seen.Failed
		})
		seen = job.Progress
		if job.Ended() {
			r.step(func(*Progress) { r.report.Usage.Add(job.Usage) })
			return job, nil
		}
		if wait := spurious - time.Since(asked); wait > 0 {
			if err := backoff.Sleep(ctx, wait); err != nil {
				return nil, err
			}
		}
	}
}

// writeError is that of a result that could not be written, for example to a full disk.
type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

// fetch writes the results of a job that has ended, and notes the outcome in e.
func (r *run) fetch(ctx context.Context, i item, e *entry, job *client.Job) error {
	switch job.State {
	case "succeeded":
		e.Outcome = outcomeOK
	case "partial":
		e.Outcome, e.Error = outcomePartial, fmt.Sprintf("%d of %d pages were not read wholly", job.Progress.Failed+job.Progress.Partial, job.Progress.Total)
	default:
		e.Outcome, e.Error = outcomeFailed, "the job is "+job.State
		if job.Error != nil {
			e.Error = job.Error.Detail
		}
		return nil
	}
	for _, format := range r.cfg.Formats {
		err := r.persist(ctx, func() error {
			result, err := r.gateway.JobResult(ctx, job.ID, 0, format)
			if err != nil {
				return err
			}
			defer result.Close()
			body := &source{r: result}
			err = r.write(ctx, place(r.cfg.Out, i, format), body)
			if err != nil && body.failed == nil {
				return &writeError{err}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	e.Formats = r.cfg.Formats
	return nil
}

// source is a body that remembers whether it failed.
type source struct {
	r      io.Reader
	failed error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF { // only a bare EOF is an end
		s.failed = err
	}
	return n, err
}

// waits are the pauses while a gateway is full or away.
var waits = backoff.Exponential{First: 500 * time.Millisecond, Max: 15 * time.Second}

// persist calls a function until it succeeds, fails for good, or has kept failing for RetryFor.
func (r *run) persist(ctx context.Context, call func() error) error {
	start := time.Now()
	for failures := 1; ; failures++ {
		err := call()
		switch {
		case err == nil:
			return nil // even if ctx has ended: what was done must be recorded
		case ctx.Err() != nil || !passes(err):
			return cmp.Or(context.Cause(ctx), err)
		}
		wait := waits.After(failures)
		if p, ok := errors.AsType[*client.Problem](err); ok {
			wait = max(wait, p.After)
		}
		if time.Since(start)+wait > r.cfg.RetryFor {
			return fmt.Errorf("the gateway was waited for in vain for %s: %w", r.cfg.RetryFor, err)
		}
		if err := backoff.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// passes reports whether the same call may succeed later.
func passes(err error) bool {
	if _, ok := errors.AsType[*writeError](err); ok {
		return false
	}
	p, ok := errors.AsType[*client.Problem](err)
	return !ok || p.Retryable || p.Status == http.StatusTooManyRequests || p.Status >= 500 && p.Status != http.StatusNotImplemented
}
