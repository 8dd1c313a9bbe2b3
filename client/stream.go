package client

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"strings"

	"github.com/tmaxmax/go-sse"

	"ocr-gateway/document"
)

// Progress is how far a document is.
type Progress struct {
	ID      string           `json:"id"`
	Done    int              `json:"done"`
	Total   int              `json:"total"` // pages asked for
	Summary document.Summary `json:"summary"`
}

// Events take what comes in while a document is read; nil ones are not called.
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

// maxEvent bounds one page with its images, in bytes.
const maxEvent = 1 << 30

// Stream reads a document and tells of its pages as they finish. A document that ends as
// failed or canceled is an error beside its ending; the pages told of until then hold.
func (c *Client) Stream(ctx context.Context, file File, opts Options, events Events) (*Ending, error) {
	req, err := c.upload(ctx, "/api/ocr/document/stream", "file", []File{file}, opts.fields())
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := c.send(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); media != "text/event-stream" {
		return nil, fmt.Errorf("%s answers as %q, not with events", req.URL.Host, media)
	}
	for event, err := range sse.Read(res.Body, &sse.ReadConfig{MaxEventSize: maxEvent}) {
		if err != nil {
			return nil, fmt.Errorf("the stream broke off: %w", withoutAddress(err))
		}
		end, err := events.take(event)
		if err != nil {
			return nil, fmt.Errorf("the event %q cannot be read: %w", event.Type, err)
		}
		if end != nil {
			return end, end.problem()
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, fmt.Errorf("the stream broke off before the document's end")
}

// take passes one event on; the last one gives the ending. Names that it does not know are
// of a newer server, and left aside.
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

// problem is why the document was not read; nil where it was, if only in part.
func (e *Ending) problem() error {
	if e.Status == document.StatusOK || e.Status == document.StatusPartial || e.Error == nil {
		return nil
	}
	return e.Error
}
