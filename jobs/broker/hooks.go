package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"ocr-gateway/jobs/record"
)

const (
	// hookWait is how long the sender of a notice may be silent before it is given to another;
	// longer than an attempt takes.
	hookWait = 2 * time.Minute
	// hookPoll is how long a request for the next notice waits.
	hookPoll = 30 * time.Second
)

// ensureHooks makes sure of the queue of jobs of whose end somebody is to be told; each stands
// in it once at most.
func (b *Broker) ensureHooks(ctx context.Context) (hooks jetstream.Stream, tellers jetstream.Consumer, err error) {
	if hooks, err = b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamHooks, Subjects: []string{"ocr.hooks.>"}, Storage: jetstream.FileStorage, Replicas: b.cfg.Replicas,
		Retention: jetstream.WorkQueuePolicy, Description: "ocr-gateway: jobs of whose end somebody is still to be told",
	}); err != nil {
		return nil, nil, err
	}
	tellers, err = hooks.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "tellers", AckPolicy: jetstream.AckExplicitPolicy, AckWait: hookWait, MaxDeliver: -1,
		MaxAckPending: -1, // those waiting for their next attempt count, too
	})
	return hooks, tellers, err
}

func hookSubject(id string) string { return "ocr.hooks." + id }

func toldSubject(id, n string) string { return "ocr.jobs." + id + ".told." + n }

// notice is a message of that queue: a job of whose end an address is to be notified.
type notice struct {
	Job  string `json:"job"`
	From int    `json:"from"` // how many attempts there were before
}

// QueueHook queues the notice of a job's end, after from attempts, unless it is queued already.
func (b *Broker) QueueHook(ctx context.Context, id string, from int) error {
	data, err := json.Marshal(notice{id, from})
	if err != nil {
		return fmt.Errorf("jobs: webhook: %w", err)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	_, err = b.publish(ctx, hookSubject(id), data, jetstream.WithExpectLastSequencePerSubject(0), jetstream.WithExpectStream(streamHooks))
	if err != nil && !isThere(err) {
		return fmt.Errorf("jobs: queue webhook: %w", err)
	}
	return nil
}

// isThere reports whether a write was refused because the subject is taken.
func isThere(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// DropHook removes the notice of a job's end from the queue.
func (b *Broker) DropHook(ctx context.Context, id string) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := b.hooks.Purge(ctx, jetstream.WithPurgeSubject(hookSubject(id))); err != nil {
		return fmt.Errorf("jobs: drop webhook: %w", err)
	}
	return nil
}

// Hook is a queued notice, to be sent by whoever took it. It must finish with Done or Later.
type Hook struct {
	Job  string
	From int // how many attempts there were before it was asked for

	msg jetstream.Msg
}

// TakeHook waits a while for the next notice; nil when none came.
func (b *Broker) TakeHook(ctx context.Context) (*Hook, error) {
	asking, cancel := context.WithTimeout(ctx, hookPoll)
	defer cancel()
	batch, err := b.tellers.Fetch(1, jetstream.FetchContext(asking))
	if err != nil {
		return nil, fmt.Errorf("jobs: take webhook: %w", err)
	}
	var taken *Hook
	for msg := range batch.Messages() {
		var n notice
		if err := json.Unmarshal(msg.Data(), &n); err != nil {
			return nil, errors.Join(fmt.Errorf("jobs: webhook that cannot be read: %w", err), msg.Term())
		}
		taken = &Hook{n.Job, n.From, msg}
	}
	if err := batch.Error(); taken == nil && err != nil && asking.Err() == nil {
		return nil, fmt.Errorf("jobs: take webhook: %w", err)
	}
	return taken, nil
}

// Done removes the notice: it was sent, or given up.
func (h *Hook) Done(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return h.msg.DoubleAck(ctx)
}

// Later gives the notice back, to be taken again after a while.
func (h *Hook) Later(after time.Duration) error { return h.msg.NakWithDelay(after) }

// Told returns the attempts to notify an address of a job's end, in order.
func (b *Broker) Told(ctx context.Context, id string) (all []record.Attempt, err error) {
	for seq := uint64(0); ; {
		ctx, cancel := bounded(ctx)
		msg, err := b.events.GetMsg(ctx, seq+1, jetstream.WithGetMsgSubject(toldSubject(id, "*")))
		cancel()
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("jobs: read attempts: %w", err)
		}
		seq = msg.Sequence
		if e, known := decode(msg.Subject, msg.Data, msg.Sequence, msg.Time); known {
			all = append(all, *e.Told)
		}
	}
}
