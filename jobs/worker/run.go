package worker

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/record"
	"ocr-gateway/service/admission"
)

// run reads the missing pages once, or all pages of a file that has not been opened, and stores
// those that are done. Pages that failed for a reason that may pass are put off, unless this is
// the last try. The error is a reason that holds for all unread pages.
func (t *task) run(ctx context.Context, last bool) error {
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	opts := t.opts
	if opts.Timeout > 0 {
		opts.Until = time.Now().Add(opts.Timeout)
	}
	if t.pages != nil {
		pages := t.missing()
		if t.alone() {
			pages = pages[:1]
		}
		opts.Pages = document.PagesOf(pages)
	}
	res, err := t.parts.Service.Run(reading, t.src, opts, func(e document.Event) {
		if reading.Err() != nil {
			return
		}
		if err := t.take(reading, e, last); err != nil {
			stop(err)
		}
	})
	switch cause := context.Cause(reading); {
	case ctx.Err() == nil && cause == errCut: //nolint:errorlint // it is ours
		return t.queuePages(ctx)
	case cause != nil:
		return cause
	case res != nil && res.Summary.Canceled == 0:
		return nil // each page says for itself how it ended
	}
	return err
}

// take stores what an event says.
func (t *task) take(ctx context.Context, e document.Event, last bool) error {
	switch {
	case e.Page == nil && t.pages == nil:
		return t.opened(ctx, e.Summary)
	case e.Page == nil:
		return nil
	case e.Kind == document.EventPageFail && !last && passes(e.Page.Error):
		return nil
	}
	return t.keep(ctx, *e.Page, e.Model)
}

// opened records that the file is open and how many pages it has.
func (t *task) opened(ctx context.Context, s document.Summary) error {
	pages, notice, err := t.opts.Pages.Resolve(s.Total)
	if err != nil {
		return err
	}
	if err := t.allowed(len(pages)); err != nil {
		return err
	}
	t.cut = len(pages) > t.cfg.TaskPages && !t.parts.Whole(t.opts.Options)
	o := record.Opened{File: t.d.File, Total: s.Total, Pages: pages, Notice: notice, Cut: t.cut}
	if err := t.append(ctx, record.Event{Open: &o}); err != nil {
		return err
	}
	t.pages = pages
	if t.cut {
		return errCut
	}
	return nil
}

// allowed refuses a file with more pages than its owner may still open today. Files opened at the
// same moment may pass together.
func (t *task) allowed(pages int) error {
	most := t.job.PagesPerDay
	if most == 0 {
		return nil
	}
	if left := max(0, most-t.parts.Index.PagesToday(t.job.Owner)); pages > left {
		return admission.Overdrawn(pages, left)
	}
	return nil
}

// keep stores a page. One that another worker has stored stays as it is.
func (t *task) keep(ctx context.Context, page document.PageResult, model string) error {
	b, err := record.EncodePage(page)
	if err != nil {
		return fmt.Errorf("keep page: %w", err)
	}
	key := fmt.Sprintf("jobs/%s/pages/%d-%d-%s", t.d.Job, t.d.File, page.Number, random())
	if err := t.persist(ctx, func() error {
		return t.parts.Blobs.Put(ctx, key, bytes.NewReader(b))
	}); err != nil {
		return err
	}
	if page.Status == document.StatusFailed {
		what := record.Task{Job: t.d.Job, File: t.d.File, Pages: []int{page.Number}}
		if err := t.persist(ctx, func() error { return t.d.Bury(ctx, what, page.Error.Error()) }); err != nil {
			return err
		}
	}
	p := record.Page{
		File: t.d.File, Number: page.Number, Status: page.Status, Blob: key, Size: int64(len(b)), Model: model, Usage: page.Usage, Attempt: t.d.Attempt,
	}
	if err := t.append(ctx, record.Event{Page: &p}); err != nil {
		return err
	}
	t.done[page.Number], t.progress = true, t.d.Attempt
	return nil
}

// random tells apart the blobs of a page that two workers write at the same time.
func random() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (t *task) append(ctx context.Context, e record.Event) error {
	e.ID = t.d.Job
	return t.persist(ctx, func() error {
		seq, _, err := t.parts.Broker.Append(ctx, e)
		t.seq = max(t.seq, seq)
		return err
	})
}

// persist repeats do, which needs the log or the storage, until it succeeds: an outage or a full
// disk costs time and no work.
func (t *task) persist(ctx context.Context, do func() error) error {
	for failures := 1; ; failures++ {
		err := do()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		t.log.WarnContext(ctx, "the log or the storage of jobs fails", "error", err)
		select {
		case <-time.After(retryWait.After(failures)):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
