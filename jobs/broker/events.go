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

// Follower takes the events of all jobs.
type Follower interface {
	// See takes the next event.
	See(record.Event)
	// CaughtUp says that all events that were there at first have been seen.
	CaughtUp()
	// Anew says that the log is another one now: its events follow, from the first.
	Anew()
}

// Follow gives every event of all jobs to f, in their order, those that are there and those to
// come, until ctx ends.
func (b *Broker) Follow(ctx context.Context, f Follower) {
	r := reader{broker: b, to: f}
	wait := backoff.Exponential{First: 50 * time.Millisecond, Max: 2 * time.Second}
	for tries := 1; ; tries++ {
		if r.read(ctx) {
			tries = 1
		}
		if backoff.Sleep(ctx, wait.After(tries)) != nil {
			return
		}
	}
}

// reader is how far the log has been read.
type reader struct {
	broker   *Broker
	to       Follower
	created  time.Time // of the stream
	seq      uint64    // of the last event seen
	at       time.Time // when that was written
	consumer string    // that gives the events
	caughtUp bool
}

// lookEvery is between looks whether the log is still there, and the same.
const lookEvery = 5 * time.Second

// read reads on until something breaks; it reports whether it has seen anything.
func (r *reader) read(ctx context.Context) (seen bool) {
	if _, there := r.look(ctx); !there {
		return false
	}
	messages, err := r.messages(ctx)
	if err != nil {
		return false
	}
	defer messages.Stop()
	for {
		looking, cancel := context.WithTimeout(ctx, lookEvery)
		for err == nil {
			var msg jetstream.Msg
			if msg, err = messages.Next(jetstream.NextContext(looking)); err == nil {
				seen = true
				err = r.see(msg)
			}
		}
		broken := looking.Err() == nil
		cancel()
		if broken || ctx.Err() != nil {
			return seen
		}
		if same, there := r.look(ctx); !same || !there {
			return seen
		}
		err = nil
	}
}

// messages are the events that come after those that were seen.
func (r *reader) messages(ctx context.Context) (jetstream.MessagesContext, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	consumer, err := r.broker.js.OrderedConsumer(ctx, streamEvents, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: r.seq + 1,
		MaxResetAttempts: 1, // it tries without end else, whatever becomes of ctx
	})
	if err != nil {
		return nil, err
	}
	info, err := consumer.Info(ctx)
	if err != nil {
		return nil, err
	}
	r.consumer = info.Name
	if info.NumPending+info.Delivered.Consumer == 0 {
		r.sawAll()
	}
	return consumer.Messages(jetstream.PullMaxMessages(500))
}

// look makes sure that the log is there, and finds out whether it is the same that was read:
// NATS may have come back without it, or with an older state.
func (r *reader) look(ctx context.Context) (same, there bool) {
	ctx, cancel := context.WithTimeout(ctx, lookEvery)
	defer cancel()
	stream, err := r.broker.eventsThere(ctx)
	if err == nil {
		same, err = r.isSame(ctx, stream)
	}
	if !errors.Is(ctx.Err(), context.Canceled) {
		r.broker.note(err)
	}
	if err != nil {
		return false, false
	}
	if !same {
		r.broker.log.ErrorContext(ctx, "NATS has another log of jobs than before: it is read from its beginning")
		r.seq, r.caughtUp = 0, false
		r.to.Anew()
	}
	r.created = stream.CachedInfo().Created
	return same, true
}

// isSame reports whether the last event that was seen is still where it was, or may have been.
func (r *reader) isSame(ctx context.Context, stream jetstream.Stream) (bool, error) {
	info := stream.CachedInfo()
	switch {
	case r.created.IsZero(): // the first look
		return true, nil
	case !info.Created.Equal(r.created), info.State.LastSeq < r.seq:
		return false, nil
	case r.seq == 0:
		return true, nil
	}
	msg, err := stream.GetMsg(ctx, r.seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return true, nil // its job was forgotten
	}
	return err == nil && msg.Time.Equal(r.at), err
}

// eventsThere is the stream of the log, which is made anew where a cluster has lost it. The server in
// this process does not find it either while it reads it anew.
func (b *Broker) eventsThere(ctx context.Context) (jetstream.Stream, error) {
	stream, err := b.js.Stream(ctx, streamEvents)
	if b.server != nil || !errors.Is(err, jetstream.ErrStreamNotFound) {
		return stream, err
	}
	b.log.ErrorContext(ctx, "NATS has lost the streams of jobs, and all jobs with them: they are made anew")
	if _, err := b.ensureStreams(ctx); err != nil {
		return nil, err
	}
	return b.js.Stream(ctx, streamEvents)
}

func (r *reader) sawAll() {
	if !r.caughtUp {
		r.caughtUp = true
		r.to.CaughtUp()
	}
}

// errMoved is of events that another consumer gives than the one that was made: NATS was away, and
// the log may be another one.
var errMoved = errors.New("jobs: the log is read by another consumer")

// see takes an event.
func (r *reader) see(msg jetstream.Msg) error {
	meta, err := msg.Metadata()
	if err != nil {
		return err
	}
	if meta.Consumer != r.consumer || meta.Sequence.Stream <= r.seq {
		return errMoved
	}
	r.seq, r.at = meta.Sequence.Stream, meta.Timestamp
	if e, known := decode(msg.Subject(), msg.Data(), r.seq, meta.Timestamp); known {
		r.to.See(e)
	}
	if meta.NumPending == 0 {
		r.sawAll()
	}
	return nil
}
