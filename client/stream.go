package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/tmaxmax/go-sse"

	"ocr-gateway/document"
	"ocr-gateway/internal/backoff"
)

// Progress is how much of a document is done.
type Progress struct {
	ID      string           `json:"id"`
	Done    int              `json:"done"`
	Total   int              `json:"total"` // pages asked for
	Summary document.Summary `json:"summary"`
}

// Events receive what comes in while a document is read; nil ones are not called.
type Events struct {
	Page     func(document.PageResult) // as pages finish, failed ones too: in any order
	Progress func(Progress)            // at the start and after each page
}

// Ending is a document without its pages: the end of a stream.
type Ending struct {
	ID      string           `json:"id"`
	Status  document.Status  `json:"status"`
	Summary document.Summary `json:"summary"`
	Usage   document.Usage   `json:"usage"`
	Timings map[string]int   `json:"timings_ms"`
	Model   string           `json:"model"`
	Engine  string           `json:"engine"`
	Layout  string           `json:"layout"`
	Error   *Problem         `json:"error"` // nil where all went well
}

// maxEvent limits one page with its images, in bytes.
const maxEvent = 1 << 30

// Stream reads a document and reports its pages as they finish. Where the connection breaks it
// resumes, as long as the server keeps the stream. A document that ends as failed or canceled is
// an error beside its ending; the pages reported until then stand. When ctx ends the server stops
// reading.
func (c *Client) Stream(ctx context.Context, file File, opts Options, events Events) (*Ending, error) {
	req, err := c.upload(ctx, "/api/ocr/document/stream", "file", []File{file}, opts.fields())
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", sseType)
	res, err := c.send(req)
	if err != nil {
		return nil, err
	}
	s := stream{client: c, location: res.Header.Get("Location"), events: events}
	end, err := s.read(res)
	for tries := 1; err == nil && end == nil && s.location != "" && tries <= againTries; {
		before := s.last
		if backoff.Sleep(ctx, againWait.After(tries)) != nil {
			break
		}
		if end, err = s.again(ctx, tries); s.last == before {
			tries++
		} else {
			tries = 1
		}
	}
	if end != nil {
		return end, end.problem()
	}
	s.cancel(ctx)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, cmp.Or(err, errBrokeOff)
}

const sseType = "text/event-stream"

var (
	// errBrokeOff is the error of a stream that cannot be resumed.
	errBrokeOff = errors.New("the stream broke off before the document's end")
	// againWait is the pause before a stream is resumed. Servers keep one for 30 s.
	againWait = backoff.Exponential{First: 100 * time.Millisecond, Max: 5 * time.Second}
)

const (
	// againTries is how many attempts in a row may bring nothing: about half a minute.
	againTries = 10
	// cancelTimeout limits what is done when nobody waits any more.
	cancelTimeout = 5 * time.Second
)

// stream is a stream being read, over as many connections as it takes.
type stream struct {
	client   *Client
	location string // where it is resumed; empty where the server cannot
	last     string // id of the last event
	events   Events
}

// read reports the events of an answer. Without an ending or an error the connection broke.
func (s *stream) read(res *http.Response) (*Ending, error) {
	defer res.Body.Close()
	if media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); media != sseType {
		return nil, fmt.Errorf("%s answers as %q, not with events", res.Request.URL.Host, media)
	}
	for event, err := range sse.Read(res.Body, &sse.ReadConfig{MaxEventSize: maxEvent}) {
		if err != nil {
			return nil, s.broke(err)
		}
		end, err := s.events.take(event)
		if err != nil {
			return nil, fmt.Errorf("the event %q cannot be read: %w", event.Type, err)
		}
		s.last = event.LastEventID
		if end != nil {
			return end, nil
		}
	}
	return nil, nil
}

// broke returns an error only where the stream cannot be resumed.
func (s *stream) broke(err error) error {
	if s.location != "" {
		return nil
	}
	return fmt.Errorf("the stream broke off: %w", withoutAddress(err))
}

// again resumes the stream after the last event.
func (s *stream) again(ctx context.Context, tries int) (*Ending, error) {
	req, err := s.request(ctx, http.MethodGet)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", sseType)
	if s.last != "" {
		req.Header.Set("Last-Event-ID", s.last)
	}
	res, err := s.client.send(req)
	problem, said := errors.AsType[*Problem](err)
	switch {
	case said && problem.Status < http.StatusInternalServerError, err != nil && tries >= againTries:
		return nil, fmt.Errorf("%w: %w", errBrokeOff, err)
	case err != nil:
		return nil, nil
	case res.StatusCode == http.StatusNoContent:
		res.Body.Close()
		return nil, errBrokeOff // its end was an event that this client does not know
	}
	return s.read(res)
}

// cancel ends the work on the server, which would otherwise wait for this client to come back.
func (s *stream) cancel(ctx context.Context) {
	if s.location == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTimeout)
	defer cancel()
	if req, err := s.request(ctx, http.MethodDelete); err == nil {
		if res, err := s.client.send(req); err == nil {
			res.Body.Close()
		}
	}
}

// request asks where the stream is, on the server that the client is of.
func (s *stream) request(ctx context.Context, method string) (*http.Request, error) {
	_, path, ok := strings.Cut(s.location, "/api/ocr/")
	if !ok {
		return nil, errBrokeOff
	}
	return s.client.request(ctx, method, "/api/ocr/"+path, nil)
}

// take passes one event on; the last one returns the ending. Unknown events are those of a newer
// server, and ignored.
func (e Events) take(event sse.Event) (*Ending, error) {
	data := []byte(event.Data)
	switch document.EventKind(event.Type) {
	case document.EventPage, document.EventPageFail:
		var page document.PageResult
		if err := json.Unmarshal(data, &page); err != nil {
			return nil, err
		}
		if e.Page != nil {
			e.Page(page)
		}
	case document.EventAccepted, "job.progress":
		var progress Progress
		if err := json.Unmarshal(data, &progress); err != nil {
			return nil, err
		}
		if e.Progress != nil {
			e.Progress(progress)
		}
	default:
		if strings.HasPrefix(event.Type, "document.") {
			end := new(Ending)
			return end, json.Unmarshal(data, end)
		}
	}
	return nil, nil
}

// problem is why the document was not read; nil where at least a part was.
func (e *Ending) problem() error {
	if e.Status == document.StatusOK || e.Status == document.StatusPartial || e.Error == nil {
		return nil
	}
	return e.Error
}
