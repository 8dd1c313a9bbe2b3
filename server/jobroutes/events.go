package jobroutes

import (
	"context"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/presence"
)

// eventOpened is a file whose pages are known, or that cannot be opened.
const eventOpened = "file.opened"

var endings = map[record.State]string{
	record.Succeeded: answer.EventCompleted,
	record.Partial:   answer.EventPartial,
	record.Failed:    answer.EventFailed,
	record.Canceled:  answer.EventCanceled,
	record.Expired:   answer.EventCanceled,
}

// pageEvent is a page with the file that it is of.
type pageEvent struct {
	document.PageResult
	File int `json:"file"`
}

type opened struct {
	File    int               `json:"file"`
	Name    string            `json:"filename,omitempty"`
	Total   int               `json:"total_pages"`
	Pages   int               `json:"pages"`
	Numbers []int             `json:"page_numbers,omitempty"` // of the pages that were asked for
	Notice  string            `json:"notice,omitempty"`
	Problem *document.Problem `json:"error,omitempty"`
}

type progressEvent struct {
	ID string `json:"id"`
	progress
}

// events streams what happened to a job and what will. The ids count from 1, the same on
// every server at any time, so that Last-Event-ID takes up any stream.
func (r *Routes) events(c echo.Context) error {
	if _, err := asked(c); err != nil {
		return err
	}
	if _, err := answer.Negotiate(c.Request(), answer.SSE); err != nil {
		return err
	}
	seen, err := answer.LastEventID(c.Request())
	if err != nil {
		return err
	}
	job, err := r.Jobs.Get(c.Request().Context(), r.Owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	return r.Follow(c, job, seen)
}

// Follow answers with the events of a job, but for those that the client has seen.
func (r *Routes) Follow(c echo.Context, job index.Job, seen int) error {
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	t := teller{routes: r, owner: job.Owner, out: answer.NewEvents(c.Response(), cancel), seen: seen}
	t.progress.Files = len(job.Files)
	if !job.State.Ended() {
		t.out.Begin() // the client may have to wait for the first event
	}
	defer presence.Probe(ctx, t.out.Probe)()
	var beat sync.WaitGroup
	beat.Go(func() { t.out.Heartbeat(ctx, r.Heartbeat) })
	err := r.Jobs.Events(ctx, job.Owner, job.ID, func(e record.Event) error { return t.tell(ctx, e) })
	cancel() // no heartbeat after the last event
	beat.Wait()
	switch {
	case err != nil:
		return err
	case !t.out.Started():
		return c.NoContent(http.StatusNoContent) // the client has seen the last event
	}
	return nil
}

// teller tells the events of a job to a client that has seen the first of them.
type teller struct {
	routes   *Routes
	owner    string
	out      *answer.Events
	seen     int // events that are not told again
	files    []record.File
	progress progress
}

// nameOf is what the client called a file.
func (t *teller) nameOf(file int) string {
	if file >= len(t.files) {
		return ""
	}
	return t.files[file].Name
}

func (t *teller) tell(ctx context.Context, e record.Event) error {
	switch {
	case e.Job != nil:
		t.files = e.Job.Files
		t.send(string(document.EventAccepted), progressEvent{e.ID, t.progress})
	case e.Open != nil:
		t.progress.FilesOpened++
		t.progress.Total += len(e.Open.Pages)
		t.send(eventOpened, opened{e.Open.File, t.nameOf(e.Open.File), e.Open.Total, len(e.Open.Pages), e.Open.Pages, e.Open.Notice, e.Open.Problem})
		t.send(answer.EventProgress, progressEvent{e.ID, t.progress})
	case e.Page != nil:
		return t.page(ctx, e)
	case e.End != nil:
		job, err := t.routes.Jobs.Get(ctx, t.owner, e.ID)
		if err != nil {
			return err
		}
		t.send(endings[e.End.State], t.routes.viewOf(job))
	}
	return nil
}

func (t *teller) page(ctx context.Context, e record.Event) error {
	t.progress.Done++
	name := document.EventPage
	switch e.Page.Status {
	case document.StatusOK:
		t.progress.OK++
	case document.StatusPartial:
		t.progress.Partial++
	default:
		name = document.EventPageFail
		t.progress.Failed++
	}
	if t.out.Count() >= t.seen { // else its content need not be read
		page, err := t.routes.Jobs.Read(ctx, *e.Page)
		if err != nil {
			return err
		}
		t.send(string(name), pageEvent{answer.WithRegions(page), e.Page.File})
	} else {
		t.send(string(name), nil)
	}
	t.send(answer.EventProgress, progressEvent{e.ID, t.progress})
	return nil
}

// send sends an event unless the client has seen it.
func (t *teller) send(event string, data any) {
	if t.out.Count() < t.seen {
		t.out.Skip()
		return
	}
	t.out.Begin()
	t.out.Send(event, data)
}
