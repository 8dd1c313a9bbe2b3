package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/jobs/record"
)

// subject returns the subject of an event, which is its own, and its content.
func subject(e record.Event) (string, any) {
	of := "ocr.jobs." + e.ID + "."
	switch {
	case e.Job != nil:
		return of + "job", e.Job
	case e.Open != nil:
		return fmt.Sprintf("%sopen.%d", of, e.Open.File), e.Open
	case e.Page != nil:
		return pageSubject(e.ID, e.Page.File, e.Page.Number), e.Page
	case e.Told != nil:
		return toldSubject(e.ID, strconv.Itoa(e.Told.N)), e.Told
	default:
		return of + "end", e.End
	}
}

func pageSubject(id string, file, page int) string {
	return fmt.Sprintf("ocr.jobs.%s.page.%d.%d", id, file, page)
}

// decode returns the event of a message; false for one that this program does not know.
func decode(subject string, data []byte, seq uint64, at time.Time) (record.Event, bool) {
	e := record.Event{Seq: seq, At: at}
	words := strings.Split(subject, ".")
	if len(words) < 4 {
		return e, false
	}
	e.ID = words[2]
	var to any
	switch words[3] {
	case "job":
		e.Job = new(record.Job)
		to = e.Job
	case "open":
		e.Open = new(record.Opened)
		to = e.Open
	case "page":
		e.Page = new(record.Page)
		to = e.Page
	case "end":
		e.End = new(record.End)
		to = e.End
	case "told":
		e.Told = new(record.Attempt)
		to = e.Told
	default:
		return e, false
	}
	return e, json.Unmarshal(data, to) == nil
}

// Append records an event once. It returns when that is durable: its position, and whether it was
// the first to record it.
func (b *Broker) Append(ctx context.Context, e record.Event) (seq uint64, first bool, err error) {
	to, value := subject(e)
	data, err := json.Marshal(value)
	if err != nil {
		return 0, false, fmt.Errorf("jobs: event: %w", err)
	}
	ack, err := b.publish(ctx, to, data, jetstream.WithExpectLastSequencePerSubject(0), jetstream.WithExpectStream(streamEvents))
	if err == nil {
		return ack.Sequence, true, nil
	}
	if isThere(err) {
		ctx, cancel := bounded(ctx)
		defer cancel()
		there, err := b.events.GetLastMsgForSubject(ctx, to)
		if err != nil {
			return 0, false, fmt.Errorf("jobs: event that is there: %w", err)
		}
		return there.Sequence, false, nil
	}
	return 0, false, fmt.Errorf("jobs: write event: %w", err)
}

// answerTimeout bounds the wait for one answer of the servers.
const answerTimeout = 10 * time.Second

// bounded is ctx with the time limit of one request to the servers.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, answerTimeout)
}

// Next returns the first event of a job after a position, 0 being before the first; false when
// there is none yet.
func (b *Broker) Next(ctx context.Context, id string, after uint64) (record.Event, bool, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	for {
		msg, err := b.events.GetMsg(ctx, after+1, jetstream.WithGetMsgSubject("ocr.jobs."+id+".>"))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return record.Event{}, false, nil
		}
		if err != nil {
			return record.Event{}, false, fmt.Errorf("jobs: read event: %w", err)
		}
		if e, known := decode(msg.Subject, msg.Data, msg.Sequence, msg.Time); known {
			return e, true, nil
		}
		after = msg.Sequence
	}
}

// Job returns the first event of a job; false where there is no such job.
func (b *Broker) Job(ctx context.Context, id string) (record.Event, bool, error) {
	return b.last(ctx, "ocr.jobs."+id+".job")
}

// Opened returns how the opening of a file ended; false when it has not been opened.
func (b *Broker) Opened(ctx context.Context, id string, file int) (record.Event, bool, error) {
	return b.last(ctx, "ocr.jobs."+id+".open."+strconv.Itoa(file))
}

// Page returns how a page ended; false when it has not.
func (b *Broker) Page(ctx context.Context, id string, file, page int) (record.Event, bool, error) {
	return b.last(ctx, pageSubject(id, file, page))
}

// End returns how a job ended; false when it has not.
func (b *Broker) End(ctx context.Context, id string) (record.Event, bool, error) {
	return b.last(ctx, "ocr.jobs."+id+".end")
}

func (b *Broker) last(ctx context.Context, subject string) (record.Event, bool, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	msg, err := b.events.GetLastMsgForSubject(ctx, subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return record.Event{}, false, nil
	}
	if err != nil {
		return record.Event{}, false, fmt.Errorf("jobs: read event: %w", err)
	}
	e, known := decode(msg.Subject, msg.Data, msg.Sequence, msg.Time)
	return e, known, nil
}

// Forget removes all events of a job.
func (b *Broker) Forget(ctx context.Context, id string) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := b.events.Purge(ctx, jetstream.WithPurgeSubject("ocr.jobs."+id+".>")); err != nil {
		return fmt.Errorf("jobs: forget job: %w", err)
	}
	return nil
}

// Follow passes every event of all jobs to see, in order, past and future ones, until ctx ends. It
// calls ready once, when it has seen the past ones.
func (b *Broker) Follow(ctx context.Context, see func(record.Event), ready func()) {
	f := follower{see: see, ready: ready}
	wait := backoff.Exponential{First: 50 * time.Millisecond, Max: 2 * time.Second}
	for tries := 1; ; tries++ {
		if f.follow(ctx, b.js) {
			tries = 1
		}
		if backoff.Sleep(ctx, wait.After(tries)) != nil {
			return
		}
	}
}

type follower struct {
	see   func(record.Event)
	ready func() // nil once it was called
	seq   uint64 // of the last event seen
}

func (f *follower) caughtUp() {
	if f.ready != nil {
		f.ready()
		f.ready = nil
	}
}

// follow reads until something breaks, and reports whether it has seen anything.
func (f *follower) follow(ctx context.Context, js jetstream.JetStream) (seen bool) {
	asking, cancel := bounded(ctx)
	defer cancel()
	consumer, err := js.OrderedConsumer(asking, streamEvents, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: f.seq + 1,
	})
	if err != nil {
		return false
	}
	info, err := consumer.Info(asking)
	if err != nil {
		return false
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(500))
	if err != nil {
		return false
	}
	defer messages.Stop()
	if info.NumPending+info.Delivered.Consumer == 0 {
		f.caughtUp()
	}
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return seen
		}
		meta, err := msg.Metadata()
		if err != nil || meta.Sequence.Stream <= f.seq {
			continue
		}
		seen = true
		f.seq = meta.Sequence.Stream
		if e, known := decode(msg.Subject(), msg.Data(), f.seq, meta.Timestamp); known {
			f.see(e)
		}
		if meta.NumPending == 0 {
			f.caughtUp()
		}
	}
}
