package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/form"
	"ocr-gateway/server/jobroutes"
	"ocr-gateway/server/presence"
	"ocr-gateway/server/problem"
	"ocr-gateway/server/streams"
	"ocr-gateway/service"
	"ocr-gateway/service/admission"
)

// progress is how much of a document is done.
type progress struct {
	ID      string           `json:"id"`
	Done    int              `json:"done"`
	Total   int              `json:"total"` // pages asked for
	Summary document.Summary `json:"summary"`
}

func progressOf(id string, s document.Summary) progress {
	return progress{id, s.OK + s.Partial + s.Failed + s.Canceled, s.Pages, s}
}

// streamPath is where streams begin, and the prefix under which they are resumed.
const streamPath = "/api/ocr/document/stream"

// detachable is the kind of a request for a stream.
var detachable = service.Kind{
	Task: service.Document.Task, Files: service.Document.Files, Many: service.Document.Many,
	Options: append(slices.Clone(service.Document.Options), optionDetach),
}

// optionDetach asks for work that goes on without its client.
const optionDetach = "detach"

// documentStream reads a document and answers with its events. The work goes on for a while after
// its client has gone, so that it may come back for the rest: see streamAgain.
func (s *Server) documentStream(c echo.Context) error {
	if _, err := answer.Negotiate(c.Request(), answer.SSE); err != nil {
		return err
	}
	ticket := c.Get(ticketName).(*admission.Ticket)
	req, err := s.decode(c.Request(), ticket, detachable)
	if err != nil {
		return err
	}
	defer req.Close()
	detach, err := service.Bool(optionDetach, req.Values[optionDetach])
	if err != nil {
		return err
	}
	delete(req.Values, optionDetach)
	if detach {
		return s.detached(c, ticket, req)
	}
	call, err := s.begin(c, service.Document, req, answer.SSE)
	if err != nil {
		return err
	}
	return s.attached(c, call)
}

// detached turns a request into a job and answers with the job's events.
func (s *Server) detached(c echo.Context, ticket *admission.Ticket, req *form.Request) error {
	job, err := s.jobs.Take(c, jobs.KindDocument, req)
	if err != nil {
		return err
	}
	ticket.Leave() // the job does the work from here on
	c.Response().Header().Set("Location", jobroutes.EventsPath(job))
	return s.jobs.Follow(c, job, 0)
}

// errLeft is the cause when a client does not come back for its stream.
var errLeft = document.Problemf(document.CodeCanceled, "", "the client went away and did not come back in time, or ended the stream")

// attached reads a document for a client that may lose its connection.
func (s *Server) attached(c echo.Context, call *answer.Call) error {
	gone := c.Request().Context() // ends with the connection, and with the server
	ctx, cancel := endsWhen(gone, stopping)
	defer cancel(nil)
	id := newID()
	st := s.streams.Open(id, s.owner(c), func() { cancel(errLeft) })
	r := st.Join(0) // before the work begins, which may be over soon
	failed := make(chan error, 1)
	var work sync.WaitGroup
	work.Go(func() {
		defer st.End()
		failed <- s.readInto(ctx, st, call, id, requestID(c))
	})
	defer work.Wait()
	defer r.Leave()
	if !st.Begun(gone) {
		if gone.Err() != nil {
			cancel(context.Cause(gone)) // the client does not know yet where to come back to
		}
		return <-failed
	}
	c.Response().Header().Set("Location", streamPath+"/"+id)
	return s.follow(c, r)
}

// endsWhen returns a context that ends with ctx only where the cause is one that is accepts.
func endsWhen(ctx context.Context, is func(cause error) bool) (context.Context, context.CancelCauseFunc) {
	lasting, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	unwatch := context.AfterFunc(ctx, func() {
		if cause := context.Cause(ctx); is(cause) {
			cancel(cause)
		}
	})
	return lasting, func(cause error) { unwatch(); cancel(cause) }
}

func stopping(cause error) bool { return errors.Is(cause, errStopping) }

// readInto reads a document into a stream. It returns an error only where no event was sent.
func (s *Server) readInto(ctx context.Context, st *streams.Stream, call *answer.Call, id, requestID string) error {
	n := 0
	tell := func(event string, data any) { n++; st.Append(answer.Frame(n, event, data)) }
	res, err := s.service.Run(ctx, call.Sources[0], call.Options, func(e document.Event) {
		if e.Kind == document.EventAccepted {
			tell(string(e.Kind), progressOf(id, e.Summary))
			return
		}
		tell(string(e.Kind), answer.WithRegions(*e.Page))
		tell(answer.EventProgress, progressOf(id, e.Summary))
	})
	if res == nil {
		return err
	}
	end := s.ending(ctx, res, err, id, requestID)
	tell(endings[end.Status], end)
	return nil
}

// streamAgain resumes a stream after the last event that the client has seen.
func (s *Server) streamAgain(c echo.Context) error {
	if _, err := answer.Negotiate(c.Request(), answer.SSE); err != nil {
		return err
	}
	had, err := answer.LastEventID(c.Request())
	if err != nil {
		return err
	}
	st := s.streams.Find(s.owner(c), c.Param("stream"))
	if st == nil {
		return errNoStream
	}
	r := st.Join(had)
	if r == nil {
		return errNoStream
	}
	defer r.Leave()
	return s.follow(c, r)
}

// endStream ends the work of a stream at once.
func (s *Server) endStream(c echo.Context) error {
	st := s.streams.Find(s.owner(c), c.Param("stream"))
	if st == nil {
		return errNoStream
	}
	st.Cancel()
	return c.NoContent(http.StatusNoContent)
}

var errNoStream = document.Problemf(document.CodeNotFound, "", "there is no such stream here, or what you miss of it is not kept any more: streams end with their process, and some time after their client has gone or their last event")

// follow sends the events of a stream that its client has not had.
func (s *Server) follow(c echo.Context, r *streams.Reader) error {
	if r.Over() {
		return c.NoContent(http.StatusNoContent) // the client has had the last event
	}
	// The end of the server comes as the last event.
	ctx, end := endsWhen(c.Request().Context(), func(cause error) bool { return !stopping(cause) })
	cancel := func() { end(nil) }
	out := answer.NewEvents(c.Response(), cancel)
	out.Begin()
	defer presence.Probe(ctx, out.Probe)()
	var beat sync.WaitGroup
	defer beat.Wait()
	defer cancel() // no heartbeat after the last event
	beat.Go(func() { out.Heartbeat(ctx, s.cfg.Heartbeat) })
	for {
		event, err := r.Next(ctx)
		if ctx.Err() != nil {
			return nil // the client is gone
		}
		if event == nil || err != nil {
			return err
		}
		out.Forward(event)
	}
}

var endings = map[document.Status]string{
	document.StatusOK:       answer.EventCompleted,
	document.StatusPartial:  answer.EventPartial,
	document.StatusFailed:   answer.EventFailed,
	document.StatusCanceled: answer.EventCanceled,
}

// ending sums up a document whose pages have been sent already.
func (s *Server) ending(ctx context.Context, res *document.Result, err error, id, requestID string) answer.Ending[problem.Body] {
	if err == nil {
		return answer.EndingOf[problem.Body](id, res, nil)
	}
	p := problemOf(err)
	if problem.Ours(p.Code) {
		s.log.ErrorContext(ctx, "stream failed", "code", p.Code, "error", err)
	}
	body := problem.BodyOf(p, requestID)
	return answer.EndingOf(id, res, &body)
}
