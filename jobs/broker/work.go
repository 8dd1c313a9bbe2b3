package broker

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"ocr-gateway/jobs/record"
)

// steps are the queues of a lane, in the order in which they are taken from: what was begun is
// finished before more is opened.
var steps = []string{"pages", "files"}

func stepOf(t record.Task) string {
	if t.Pages != nil {
		return steps[0]
	}
	return steps[1]
}

// laneName is safe in subjects and names, whatever the owner is called.
func laneName(l record.Lane, step string) string {
	owner := sha256.Sum256([]byte(l.Owner))
	return string(l.Priority) + "." + hex.EncodeToString(owner[:8]) + "." + step
}

// Queue adds a task to a lane. The same task of the same blob is queued once within repeatWindow.
// A job may have the id of one that was not accepted, or was forgotten, and whose tasks are gone:
// its blobs differ.
func (b *Broker) Queue(ctx context.Context, l record.Lane, t record.Task, blob string) error {
	data, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("jobs: task: %w", err)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	sum := sha256.Sum256(fmt.Append(data, blob))
	return b.queue(ctx, l, t, data, hex.EncodeToString(sum[:16]))
}

// queue publishes a task on the subject of its lane and job.
func (b *Broker) queue(ctx context.Context, l record.Lane, t record.Task, data []byte, id string) error {
	_, err := b.publish(ctx, "ocr.work."+laneName(l, stepOf(t))+"."+t.Job, data, jetstream.WithMsgID(id), jetstream.WithExpectStream(streamWork))
	if err != nil {
		return fmt.Errorf("jobs: queue task: %w", err)
	}
	return nil
}

// Unqueue removes all tasks of a job, those in work included.
func (b *Broker) Unqueue(ctx context.Context, id string) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := b.work.Purge(ctx, jetstream.WithPurgeSubject("ocr.work.*.*.*."+id)); err != nil {
		return fmt.Errorf("jobs: remove tasks: %w", err)
	}
	return nil
}

// laneIdle is how long the servers keep the consumer of a lane that nobody takes from; they keep
// its tasks.
const laneIdle = 10 * time.Minute

func (b *Broker) lane(ctx context.Context, name string) (jetstream.Consumer, error) {
	b.mu.Lock()
	lane := b.lanes[name]
	b.mu.Unlock()
	if lane != nil {
		return lane, nil
	}
	sum := sha256.Sum256([]byte(name))
	lane, err := b.work.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "lane-" + hex.EncodeToString(sum[:8]), FilterSubject: "ocr.work." + name + ".*",
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: b.cfg.AckWait, MaxDeliver: -1, InactiveThreshold: laneIdle,
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: lane: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lanes[name] = lane
	return lane, nil
}

func (b *Broker) dropLane(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.lanes, name)
}

// Take returns the next task of a lane; nil when there is none.
func (b *Broker) Take(ctx context.Context, l record.Lane) (*Delivery, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	for _, step := range steps {
		d, err := b.takeFrom(ctx, laneName(l, step))
		if d != nil || err != nil {
			return d, err
		}
	}
	return nil, nil
}

// takeFrom returns the next task of a lane, whose consumer it creates again where the servers have
// dropped it: see laneIdle.
func (b *Broker) takeFrom(ctx context.Context, name string) (*Delivery, error) {
	d, err := b.fetch(ctx, name)
	if err != nil {
		d, err = b.fetch(ctx, name)
	}
	return d, err
}

func (b *Broker) fetch(ctx context.Context, name string) (*Delivery, error) {
	lane, err := b.lane(ctx, name)
	if err != nil {
		return nil, err
	}
	batch, err := lane.FetchNoWait(1)
	if err != nil {
		b.dropLane(name)
		return nil, fmt.Errorf("jobs: take task: %w", err)
	}
	var taken *Delivery
	for msg := range batch.Messages() {
		taken, err = b.delivery(ctx, msg)
	}
	if err == nil && taken == nil {
		err = batch.Error()
	}
	if err != nil {
		b.dropLane(name)
		return nil, fmt.Errorf("jobs: take task: %w", err)
	}
	return taken, nil
}

// Delivery is a task given to this worker. It must finish with Ack, Nak or Requeue.
type Delivery struct {
	record.Task
	Attempt uint64    // how often it was delivered to any worker, from 1
	Queued  time.Time // when
	AckWait time.Duration

	broker *Broker
	msg    jetstream.Msg
}

func (b *Broker) delivery(ctx context.Context, msg jetstream.Msg) (*Delivery, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	d := &Delivery{Attempt: meta.NumDelivered, Queued: meta.Timestamp, AckWait: b.cfg.AckWait, broker: b, msg: msg}
	if err := json.Unmarshal(msg.Data(), &d.Task); err != nil {
		return nil, d.giveUp(ctx, "it cannot be read: "+err.Error())
	}
	return d, nil
}

// Beat says that the task is still being worked on.
func (d *Delivery) Beat() error { return d.msg.InProgress() }

// Ack says that the task is done.
func (d *Delivery) Ack(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return d.msg.DoubleAck(ctx)
}

// Nak gives the task back, to be delivered again after a while.
func (d *Delivery) Nak(after time.Duration) error { return d.msg.NakWithDelay(after) }

// Requeue moves the task behind all others of its lane, as if it had never been delivered.
func (d *Delivery) Requeue(ctx context.Context, l record.Lane) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := d.broker.queue(ctx, l, d.Task, d.msg.Data(), rand.Text()); err != nil {
		return err
	}
	return d.msg.DoubleAck(ctx)
}

// dead is a task that was given up.
type dead struct {
	record.Task
	Attempt uint64    `json:"attempt"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
}

// Bury records which part of the task was given up, and why. The task itself goes on.
func (d *Delivery) Bury(ctx context.Context, what record.Task, reason string) error {
	data, err := json.Marshal(dead{what, d.Attempt, reason, time.Now().UTC()})
	if err != nil {
		return fmt.Errorf("jobs: dead letter: %w", err)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	sum := sha256.Sum256(fmt.Append(nil, what, reason))
	if _, err := d.broker.publish(ctx, "ocr.dead."+cmp.Or(d.Job, "unknown"), data, jetstream.WithMsgID(hex.EncodeToString(sum[:16]))); err != nil {
		return fmt.Errorf("jobs: dead letter: %w", err)
	}
	return nil
}

// giveUp buries the whole task.
func (d *Delivery) giveUp(ctx context.Context, reason string) error {
	if err := d.Bury(ctx, d.Task, reason); err != nil {
		return errors.Join(err, d.Nak(0))
	}
	return d.msg.Term()
}
