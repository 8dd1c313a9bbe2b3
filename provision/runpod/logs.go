package runpod

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"ocr-gateway/provision/cloud"
)

const (
	logIdle = 2 * time.Minute // a stream silent for so long is opened anew: its connection may be dead
	maxTail = "5000"          // lines of the past that the API gives at most
	maxTies = 10_000          // lines of one instant that are told apart
)

// logData is the data of one event.
type logData struct {
	TS     moment `json:"ts"`
	Source string `json:"source"`
	Line   string `json:"line"`
}

// Logs follows a pod's log. That a pod is gone is told as ErrGone, that its state
// has no log yet is waited out.
func (c *Cloud) Logs(ctx context.Context, id string, source cloud.LogSource, since time.Time, emit func(cloud.LogLine) error) error {
	f := follow{cloud: c, source: source, since: since, emit: emit, q: call{
		name: "read the pod's log", method: http.MethodGet, path: podPath(id) + "/logs",
	}}
	for failures := 0; ; {
		if err := c.awaitQuota(ctx); err != nil {
			return fmt.Errorf("%s: %w", f.q.name, err)
		}
		before := f.lines
		err := f.once(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if stop, ok := errors.AsType[*stopped](err); ok {
			return stop.err
		}
		if f.lines > before {
			failures = 0
		} else if gone := c.gone(ctx, id, err); gone != nil {
			return gone
		}
		failures++
		c.log.DebugContext(ctx, "the log's stream ended, opening it again", "pod", id, "error", err)
		if err := c.clock.Sleep(ctx, pause.After(failures)); err != nil {
			return err
		}
	}
}

// gone is why a stream that gave nothing is not opened again, or nil.
func (c *Cloud) gone(ctx context.Context, id string, cause error) error {
	if fault, ok := errors.AsType[*cloud.Error](cause); ok {
		switch {
		case errors.Is(cause, cloud.ErrGone), errors.Is(cause, cloud.ErrNotNow):
		case fault.Status == http.StatusTooManyRequests, fault.Status >= 500:
			return nil
		default:
			return cause
		}
	}
	p, err := c.Pod(ctx, id)
	switch {
	case errors.Is(err, cloud.ErrGone):
		return err
	case err == nil && p.State == cloud.PodTerminated:
		return fmt.Errorf("the pod's log: %w", cloud.ErrGone)
	}
	return nil
}

// stopped carries an error that ends following.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

// follow is where a reader of a log is.
type follow struct {
	cloud  *Cloud
	q      call
	source cloud.LogSource
	since  time.Time
	emit   func(cloud.LogLine) error

	lines  int             // handed over
	lastID string          // of the last event
	last   time.Time       // of the last line
	ties   map[string]bool // the lines of that instant, by id and text
}

// once opens the stream and reads it until it ends.
func (f *follow) once(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	idle := time.AfterFunc(logIdle, cancel)
	defer idle.Stop()

	header := http.Header{"Accept": {"text/event-stream"}, "Accept-Encoding": {"identity"}, "Cache-Control": {"no-cache"}}
	f.q.query = url.Values{}
	if f.source != "" {
		f.q.query.Set("source", string(f.source))
	}
	if f.lastID != "" { // goes before the other two where the server knows it
		header.Set("Last-Event-ID", f.lastID)
	}
	if from := later(f.since, f.last); !from.IsZero() {
		f.q.query.Set("since", from.UTC().Format(time.RFC3339Nano))
	} else {
		f.q.query.Set("tail", maxTail)
	}
	response, err := f.cloud.send(ctx, f.q, nil, header)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, maxFault))
		return f.cloud.fault(f.q, response.StatusCode, response.Header, body)
	}
	resumed := f.lines > 0
	return readEvents(ticking{response.Body, idle}, func(e event) error {
		return f.take(e, resumed)
	})
}

// take hands one event's line over, unless it was before the stream broke.
func (f *follow) take(e event, resumed bool) error {
	var data logData
	if json.Unmarshal([]byte(e.data), &data) != nil {
		data = logData{Line: e.data} // better than to lose it
	}
	when := data.TS.Time
	key := e.id + "\x00" + data.Line
	if resumed && !when.IsZero() && (when.Before(f.last) || when.Equal(f.last) && f.ties[key]) {
		return nil
	}
	if e.id != "" {
		f.lastID = e.id
	}
	if when.After(f.last) {
		f.last, f.ties = when, map[string]bool{}
	}
	if when.Equal(f.last) && len(f.ties) < maxTies {
		f.ties[key] = true
	}
	f.lines++
	line := cloud.LogLine{Time: when, Source: cloud.LogSource(cmp.Or(data.Source, string(f.source))), Text: data.Line}
	if err := f.emit(line); err != nil {
		return &stopped{err}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ticking winds a timer up at each read.
type ticking struct {
	io.Reader
	timer *time.Timer
}

func (t ticking) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	if n > 0 {
		t.timer.Reset(logIdle)
	}
	return n, err
}
