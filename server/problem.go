package server

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/problem"
	"ocr-gateway/server/wire"
	"ocr-gateway/service"
	"ocr-gateway/service/admission"
)

// problemOf turns any error into what a client may see.
func problemOf(err error) *document.Problem {
	he, ok := errors.AsType[*echo.HTTPError](err)
	switch {
	case !ok:
		return service.Problem(err)
	case he.Code == http.StatusNotFound:
		return document.Problemf(document.CodeNotFound, "", "there is nothing at this address; GET /docs lists the routes")
	case he.Code == http.StatusMethodNotAllowed:
		return document.Problemf(problem.CodeMethodNotAllowed, "", "this address does not take this method; the Allow header lists those it takes")
	default:
		return service.Problem(he)
	}
}

// batchFailure is a batch in which nothing succeeded.
type batchFailure struct {
	*document.Problem
	items []batchItem
}

func (f *batchFailure) Unwrap() error { return f.Problem }

// batchProblem is the body of a batchFailure.
type batchProblem struct {
	problem.Body
	Items []batchItem `json:"items"`
}

// handleError is the only place that writes an error to a client.
func (s *Server) handleError(err error, c echo.Context) {
	p, id := problemOf(err), requestID(c)
	ctx := c.Request().Context()
	if problem.Ours(p.Code) {
		s.log.ErrorContext(ctx, "request failed", "code", p.Code, "error", p)
	}
	if c.Response().Committed {
		return
	}
	status := problem.Status(p.Code)
	if p.Code == document.CodeCanceled {
		c.Response().Status = status // nobody is there to read it: for log and metrics only
		return
	}
	h := c.Response().Header()
	if b, ok := c.Request().Body.(*wire.Body); ok && !b.Drain(c.Request().Header.Get("Expect")) {
		h.Set("Connection", "close")
	}
	if h.Get("Retry-After") == "" && (p.Code == document.CodeOverloaded || p.Code == document.CodeTooManyRequests) {
		h.Set("Retry-After", strconv.Itoa(int(s.retryAfter(p).Seconds())))
	}
	if p.Code == problem.CodeUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="ocr-gateway"`)
	}
	if d := s.doors[c.Path()]; d != nil {
		s.deliver(c, status, answer.JSON, d.Failure(problem.BodyOf(p, id)))
		return
	}
	var body any = problem.BodyOf(p, id)
	if f, ok := errors.AsType[*batchFailure](err); ok {
		body = batchProblem{problem.BodyOf(p, id), f.items}
	}
	s.deliver(c, status, "application/problem+json", body)
}

// deliver writes the body of an error.
func (s *Server) deliver(c echo.Context, status int, media string, body any) {
	if err := answer.WriteJSON(c, status, media, body); err != nil {
		s.log.DebugContext(c.Request().Context(), "problem not delivered", "error", err)
	}
}

// retryAfter is how long the client of a refused request is told to wait.
func (s *Server) retryAfter(p *document.Problem) time.Duration {
	if p.Limit == admission.LimitPagesPerDay {
		now := time.Now().UTC()
		return now.Truncate(24 * time.Hour).Add(24*time.Hour + time.Second).Sub(now)
	}
	return s.service.Admission.RetryAfter()
}

// turnAway tells a client that there is no room for its connection.
func (s *Server) turnAway(c net.Conn) {
	defer c.Close()
	p := s.service.Admission.Refuse(limitConnections, "as many clients are connected as this server has file descriptors for; try again later")
	body, err := answer.Encode(problem.BodyOf(p, newID()))
	if err != nil {
		return
	}
	// Nobody waits for a client that does not read.
	_ = c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	_, _ = fmt.Fprintf(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// limitConnections is the name of this limit in problems and metrics.
const limitConnections = "connections"
