package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
)

// Codes of problems that only exist in HTTP.
const (
	codeMalformedBody    document.Code = "malformed_body" // multipart, JSON or encoding that cannot be read
	codeUnauthorized     document.Code = "unauthorized"
	codeHostNotAllowed   document.Code = "host_not_allowed"   // a name that is not known to be this server's
	codeOriginNotAllowed document.Code = "origin_not_allowed" // a web page of another site
	codeMethodNotAllowed document.Code = "method_not_allowed"
	codeNotAcceptable    document.Code = "not_acceptable"
	codeRequestTimeout   document.Code = "request_timeout"   // the client sends too slowly
	codeTooManyRequests  document.Code = "too_many_requests" // of one client
)

// statuses maps every code to its HTTP status and title. Codes of single pages
// appear here too, because a document of one page fails with its page's code.
var statuses = map[document.Code]struct {
	status int
	title  string
}{
	codeMalformedBody:             {400, "The request body cannot be read"},
	codeUnauthorized:              {401, "An API key is required"},
	codeHostNotAllowed:            {403, "Called by an unknown name"},
	codeOriginNotAllowed:          {403, "Called from another site"},
	document.CodeNotFound:         {404, "Not found"},
	codeMethodNotAllowed:          {405, "Method not allowed"},
	codeNotAcceptable:             {406, "No such answer format"},
	codeRequestTimeout:            {408, "The request was sent too slowly"},
	document.CodeTooLarge:         {413, "The upload is too large"},
	document.CodeUnsupportedMedia: {415, "Unsupported media type"},
	document.CodeInvalidRequest:   {422, "Invalid request"},
	document.CodePagesOutOfRange:  {422, "No such pages"},
	document.CodeUnreadable:       {422, "The document cannot be read"},
	document.CodePasswordRequired: {422, "A password is required"},
	document.CodeWrongPassword:    {422, "The password is wrong"},
	document.CodeTooManyPages:     {422, "Too many pages"},
	document.CodeTooManyPixels:    {422, "The image is too large"},
	document.CodeTaskUnsupported:  {422, "Task not supported"},
	codeTooManyRequests:           {429, "Too many requests of one client"},
	document.CodeCanceled:         {499, "Canceled"},
	document.CodeInternal:         {500, "Internal error"},
	document.CodeAllPagesFailed:   {502, "All pages failed"},
	document.CodeEngineFailed:     {502, "Recognition failed"},
	document.CodeLayoutFailed:     {502, "Layout detection failed"},
	document.CodePageFailed:       {502, "The page failed"},
	document.CodePageTimeout:      {502, "The page took too long"},
	document.CodeOverloaded:       {503, "Overloaded"},
	document.CodeDeadlineExceeded: {504, "Out of time"},
}

// detail is one of several things wrong with a request or document.
type detail struct {
	Field  string        `json:"field,omitempty"` // option or file field
	Page   int           `json:"page,omitempty"`
	Code   document.Code `json:"code,omitempty"`
	Detail string        `json:"detail"`
}

// failure is a problem together with its parts.
type failure struct {
	*document.Problem
	details []detail
	items   []batchItem // of a batch in which nothing succeeded
}

func (f *failure) Unwrap() error { return f.Problem }

// problemBody is RFC 9457 with our extensions.
type problemBody struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	Code      document.Code  `json:"code"`
	Retryable bool           `json:"retryable"`
	Phase     document.Phase `json:"phase,omitempty"`
	Limit     string         `json:"limit,omitempty"` // of the server, that was met
	RequestID string         `json:"request_id"`
	Errors    []detail       `json:"errors"`
	Items     []batchItem    `json:"items,omitempty"`
}

// invalid is a problem with one field of the request.
func invalid(field, format string, args ...any) *failure {
	text := fmt.Sprintf(format, args...)
	return &failure{
		Problem: document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission, "%s", text),
		details: []detail{{Field: field, Detail: text}},
	}
}

func malformed(format string, args ...any) *document.Problem {
	return document.Problemf(codeMalformedBody, document.PhaseAdmission, format, args...)
}

// asFailure turns any error into what a client may see. What is not a problem
// made for people becomes an internal one; its text stays in Cause.
func asFailure(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return &failure{Problem: p}
	}
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		return &failure{Problem: ofHTTPError(he)}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &failure{Problem: document.EndProblem(err, "")}
	}
	return &failure{Problem: internalProblem(err)}
}

// ofHTTPError translates what echo itself refuses.
func ofHTTPError(he *echo.HTTPError) *document.Problem {
	switch he.Code {
	case http.StatusNotFound:
		return document.Problemf(document.CodeNotFound, "", "there is nothing at this address; GET /docs lists the routes")
	case http.StatusMethodNotAllowed:
		return document.Problemf(codeMethodNotAllowed, "", "this address does not take this method; the Allow header lists those it takes")
	default:
		return internalProblem(he)
	}
}

func internalProblem(err error) *document.Problem {
	return document.Problemf(document.CodeInternal, "", "something failed on our side; the log has the reason under this request_id").Because(err)
}

func (f *failure) status() int {
	if s, ok := statuses[f.Code]; ok {
		return s.status
	}
	return http.StatusInternalServerError
}

// ours reports whether somebody who runs the server should look into it.
func (f *failure) ours() bool {
	return f.status() >= 500 && f.Code != document.CodeOverloaded
}

func (f *failure) body(requestID string) problemBody {
	title := statuses[f.Code].title
	if title == "" {
		title = http.StatusText(f.status())
	}
	b := problemBody{
		Type: "urn:ocr-gateway:problem:" + string(f.Code), Title: title, Status: f.status(),
		Detail: f.Detail, Code: f.Code, Retryable: f.Retryable, Phase: f.Phase,
		Limit: f.Limit, RequestID: requestID, Errors: f.details, Items: f.items,
	}
	if b.Errors == nil {
		b.Errors = []detail{}
	}
	return b
}

// handleError is the only place that writes an error to a client.
func (s *Server) handleError(err error, c echo.Context) {
	f, id := asFailure(err), requestID(c)
	ctx := c.Request().Context()
	if f.ours() {
		s.log.ErrorContext(ctx, "request failed", "request_id", id, "code", f.Code, "error", f.Problem)
	}
	if c.Response().Committed {
		return
	}
	if f.Code == document.CodeCanceled {
		c.Response().Status = f.status() // nobody is there to read it: for log and metrics only
		return
	}
	h := c.Response().Header()
	if b, ok := c.Request().Body.(*body); ok && !b.drain(c.Request().Header.Get("Expect")) {
		h.Set("Connection", "close")
	}
	if f.Code == document.CodeOverloaded || f.Code == codeTooManyRequests {
		h.Set("Retry-After", strconv.Itoa(s.admission.retryAfter()))
	}
	if f.Code == codeUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="ocr-gateway"`)
	}
	if err := writeJSON(c, f.status(), "application/problem+json", f.body(id)); err != nil {
		s.log.DebugContext(ctx, "problem not delivered", "request_id", id, "error", err)
	}
}
