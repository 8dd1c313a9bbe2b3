package app

import (
	"context"
	"time"

	"ocr-gateway/jobs"
	"ocr-gateway/jobs/record"
	"ocr-gateway/webhook"
)

// outbox has the queue of jobs of whose end somebody is to be told.
type outbox struct{ jobs *jobs.Jobs }

// Take waits a while for the next one.
func (o outbox) Take(ctx context.Context) (webhook.Letter, error) {
	n, err := o.jobs.TakeNotice(ctx)
	if n == nil {
		return nil, err
	}
	return letter{n}, err
}

// letter is a notice in the words of webhooks.
type letter struct{ notice *jobs.Notice }

func (l letter) Message() webhook.Message {
	return webhook.Message{ID: l.notice.ID, URL: l.notice.URL, Body: l.notice.Body}
}

func (l letter) Before() int { return l.notice.Before }

func (l letter) Done(ctx context.Context, a webhook.Attempt) error {
	return l.notice.Done(ctx, attempt(a))
}

func (l letter) Later(ctx context.Context, a *webhook.Attempt, after time.Duration) error {
	if a == nil {
		return l.notice.Later(ctx, nil, after)
	}
	made := attempt(*a)
	return l.notice.Later(ctx, &made, after)
}

func attempt(a webhook.Attempt) record.Attempt {
	return record.Attempt{At: a.At, DurationMS: a.DurationMS, Status: a.Status, Error: a.Error, Delivered: a.Delivered, Last: a.Last}
}

// openSender makes what tells addresses of the end of jobs; nil where no secret is set to
// sign with.
func (a *App) openSender() (*webhook.Sender, error) {
	if len(a.cfg.Webhook.Secrets) == 0 {
		return nil, nil
	}
	sender, err := webhook.NewSender(a.cfg.Webhook, a.version)
	if err != nil {
		return nil, err
	}
	a.onStop("webhooks' connections", func(context.Context) error { sender.Close(); return nil })
	return sender, nil
}

// sendWebhooks empties the outbox of jobs.
func (a *App) sendWebhooks(ctx context.Context, sender *webhook.Sender, kept *jobs.Jobs) {
	dispatcher := webhook.NewDispatcher(a.cfg.Webhook, sender, outbox{kept}, a.log)
	a.webhooks = dispatcher.Counts
	a.onStop("webhooks", background(ctx, dispatcher.Run))
}
