package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/broker"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
)

// OptionWebhook is the option with the address that is notified of a job's end.
const OptionWebhook = "webhook_url"

const (
	maxWebhook  = 2048            // bytes of the longest address
	unreadAgain = 5 * time.Second // until a job whose end could not be read is taken again
)

func (j *Jobs) checkWebhook(address string) error {
	switch {
	case address == "":
		return nil
	case len(address) > maxWebhook:
		return document.Invalid(OptionWebhook, "%s is longer than %d bytes", OptionWebhook, maxWebhook)
	case j.parts.CheckWebhook == nil:
		return document.Invalid(OptionWebhook, "this server sends no webhooks: its operator has to set webhook.secrets, with which they are signed")
	default:
		return j.parts.CheckWebhook(OptionWebhook, address)
	}
}

// post queues a notice for each job that has ended and has a webhook, until ctx ends. After a
// crash they are found again in the log; several processes may do so at once.
func (j *Jobs) post(ctx context.Context) {
	select {
	case <-j.index.Ready():
	case <-ctx.Done():
		return
	}
	queued := map[string]bool{} // by this process
	for {
		ids, moved := j.index.Untold()
		still := make(map[string]bool, len(ids))
		for _, id := range ids {
			still[id] = queued[id] || j.queueHook(ctx, id)
		}
		queued = still
		select {
		case <-moved:
		case <-time.After(sweepInterval): // for what could not be queued
		case <-ctx.Done():
			return
		}
	}
}

// queueHook queues a notice and reports whether it is in the queue. After a crash it is queued as
// if for the first time: earlier attempts count.
func (j *Jobs) queueHook(ctx context.Context, id string) bool {
	err := j.broker.QueueHook(ctx, id, 0)
	if err != nil && ctx.Err() == nil {
		j.log.WarnContext(ctx, "webhook not queued", "job", id, "error", err)
	}
	return err == nil
}

// Notice is the notice of a job's end, to be sent by whoever took it. It must finish with Done or
// Later; else it is given to another.
type Notice struct {
	ID     string // the same for every attempt
	URL    string
	Body   []byte // JSON
	Before int    // attempts since it was queued

	jobs *Jobs
	hook *broker.Hook
	made int // attempts ever
}

// TakeNotice waits a while for a notice to send; nil when there is none.
func (j *Jobs) TakeNotice(ctx context.Context) (*Notice, error) {
	hook, err := j.broker.TakeHook(ctx)
	if err != nil || hook == nil {
		return nil, err
	}
	n, err := j.notice(ctx, hook)
	if err != nil {
		// It is redelivered soon, or, where not even that can be said, after the acknowledgement
		// timeout.
		return nil, fmt.Errorf("webhook of job %s: %w", hook.Job, errors.Join(err, hook.Later(unreadAgain)))
	}
	return n, nil
}

func (j *Jobs) notice(ctx context.Context, hook *broker.Hook) (*Notice, error) {
	job, known, err := j.endedJob(ctx, hook.Job)
	if err != nil {
		return nil, err
	}
	told, err := j.broker.Told(ctx, hook.Job)
	if err != nil {
		return nil, err
	}
	over := len(told) > hook.From && told[len(told)-1].Last // and its being done was not noted
	if !known || job.Webhook.URL == "" || over {
		return nil, hook.Done(ctx)
	}
	body, err := json.Marshal(announcement(job))
	if err != nil {
		return nil, err
	}
	return &Notice{
		ID: "msg_" + job.ID, URL: job.Webhook.URL, Body: body, Before: len(told) - hook.From, jobs: j, hook: hook, made: len(told),
	}, nil
}

// endedJob returns a job that has ended; false where it was forgotten. Another process may have
// seen the end first.
func (j *Jobs) endedJob(ctx context.Context, id string) (index.Job, bool, error) {
	end, there, err := j.broker.End(ctx, id)
	if err != nil || !there {
		return index.Job{}, false, err
	}
	if err := j.index.Reached(ctx, end.Seq); err != nil {
		return index.Job{}, false, err
	}
	job, _, known := j.index.Get(id)
	return job, known, nil
}

// news is the body of a notice, as https://www.standardwebhooks.com has it.
type news struct {
	Type string    `json:"type"` // job.succeeded and so on
	Time time.Time `json:"timestamp"`
	Data newsData  `json:"data"`
}

type newsData struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	State    record.State      `json:"state"`
	Priority record.Priority   `json:"priority"`
	Created  time.Time         `json:"created_at"`
	Ended    time.Time         `json:"ended_at"`
	Files    int               `json:"files"`
	Pages    newsPages         `json:"pages"`
	Error    *document.Problem `json:"error,omitempty"`
	Result   string            `json:"result"` // where it is, on this server
}

type newsPages struct {
	Total   int `json:"total"`
	OK      int `json:"ok"`
	Partial int `json:"partial"`
	Failed  int `json:"failed"`
}

// announcement is the notice of a job that has ended; always the same for the same job.
func announcement(j index.Job) news {
	return news{"job." + string(j.State), j.Ended.UTC(), newsData{
		ID: j.ID, Kind: j.Kind, State: j.State, Priority: j.Priority, Created: j.Created.UTC(), Ended: j.Ended.UTC(), Files: len(j.Files),
		Pages: newsPages{j.Pages.Total, j.Pages.OK, j.Pages.Partial, j.Pages.Failed}, Error: j.Problem,
		Result: "/api/ocr/jobs/" + j.ID + "/result",
	}}
}

// Done records an attempt that no other follows.
func (n *Notice) Done(ctx context.Context, a record.Attempt) error {
	if err := n.note(ctx, a); err != nil {
		return err
	}
	return n.hook.Done(ctx)
}

// Later records an attempt, where one was made, and has another made after a while.
func (n *Notice) Later(ctx context.Context, a *record.Attempt, after time.Duration) error {
	if a != nil {
		if err := n.note(ctx, *a); err != nil {
			return err
		}
	}
	return n.hook.Later(after)
}

func (n *Notice) note(ctx context.Context, a record.Attempt) error {
	a.N = n.made + 1
	_, _, err := n.jobs.broker.Append(ctx, record.Event{ID: n.hook.Job, Told: &a})
	return err
}

// Told returns the attempts to notify an address of a job's end.
func (j *Jobs) Told(ctx context.Context, owner, id string) (index.Job, []record.Attempt, error) {
	job, err := j.Get(ctx, owner, id)
	if err != nil {
		return job, nil, err
	}
	if job.Webhook.URL == "" {
		return job, nil, document.Problemf(document.CodeNotFound, "", "this job has no %s", OptionWebhook)
	}
	all, err := j.broker.Told(ctx, id)
	if err != nil {
		return job, nil, unavailable(err)
	}
	return job, all, nil
}

// TellAgain has a job's notice sent again at once, whatever was tried before.
func (j *Jobs) TellAgain(ctx context.Context, owner, id string) (index.Job, []record.Attempt, error) {
	job, told, err := j.Told(ctx, owner, id)
	switch {
	case err != nil:
		return job, nil, err
	case !job.State.Ended():
		return job, nil, document.Invalid("id", "the job has not ended: its %s is told when it has", OptionWebhook)
	case j.parts.CheckWebhook == nil:
		return job, nil, j.checkWebhook(job.Webhook.URL)
	}
	err = j.broker.DropHook(ctx, id) // it may wait for hours
	if err == nil {
		err = j.broker.QueueHook(ctx, id, len(told))
	}
	if err != nil {
		return job, nil, unavailable(err)
	}
	return job, told, nil
}
