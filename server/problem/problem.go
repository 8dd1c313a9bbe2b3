// Package problem is how errors become HTTP answers: the codes that only exist in HTTP,
// the status of every code, and the body (RFC 9457).
package problem

import (
	"net/http"
	"slices"

	"ocr-gateway/document"
)

// Codes of problems that only exist in HTTP.
const (
	CodeMalformedBody    document.Code = "malformed_body" // multipart, JSON or encoding that cannot be read
	CodeUnauthorized     document.Code = "unauthorized"
	CodeForbidden        document.Code = "forbidden"          // a key without the scope that is needed
	CodeHostNotAllowed   document.Code = "host_not_allowed"   // a name that is not known to be this server's
	CodeOriginNotAllowed document.Code = "origin_not_allowed" // a web page of another site
	CodeMethodNotAllowed document.Code = "method_not_allowed"
	CodeNotAcceptable    document.Code = "not_acceptable"
	CodeRequestTimeout   document.Code = "request_timeout" // the client sends too slowly
	CodeTusVersion       document.Code = "tus_version"     // of the protocol for files in pieces
)

// answer is how a code is answered.
type answer struct {
	status int
	title  string
}

// answers has every code with which a request can end. Pages and regions have more, see
// service.Problem.
var answers = map[document.Code]answer{
	CodeMalformedBody:             {400, "The request body cannot be read"},
	CodeUnauthorized:              {401, "An API key is required"},
	CodeForbidden:                 {403, "The API key does not open this"},
	CodeHostNotAllowed:            {403, "Called by an unknown name"},
	CodeOriginNotAllowed:          {403, "Called from another site"},
	document.CodeNotFound:         {404, "Not found"},
	CodeMethodNotAllowed:          {405, "Method not allowed"},
	CodeNotAcceptable:             {406, "No such answer format"},
	CodeRequestTimeout:            {408, "The request was sent too slowly"},
	document.CodeOffsetConflict:   {409, "The piece does not begin where the file ends"},
	CodeTusVersion:                {412, "Another version of the protocol"},
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
	document.CodeKeyReused:        {422, "The Idempotency-Key was another request's"},
	document.CodeTooManyRequests:  {429, "Too many requests of one client"},
	document.CodeChecksumMismatch: {460, "The checksum does not match"}, // by tus
	document.CodeCanceled:         {499, "Canceled"},
	document.CodeInternal:         {500, "Internal error"},
	document.CodeJobsDisabled:     {501, "This server keeps no jobs"},
	document.CodeAllPagesFailed:   {502, "All pages failed"},
	document.CodeEngineFailed:     {502, "Recognition failed"},
	document.CodeOverloaded:       {503, "Overloaded"},
	document.CodeJobsUnavailable:  {503, "The jobs of this server cannot be used"},
	document.CodeDeadlineExceeded: {504, "Out of time"},
}

// Status is the HTTP status of a code.
func Status(code document.Code) int {
	if a, ok := answers[code]; ok {
		return a.status
	}
	return http.StatusInternalServerError
}

// expected are codes of answers that are no news to who runs the server.
var expected = []document.Code{document.CodeOverloaded, document.CodeJobsDisabled, document.CodeJobsUnavailable}

// Ours reports whether somebody who runs the server should look into it.
func Ours(code document.Code) bool {
	return Status(code) >= 500 && !slices.Contains(expected, code)
}

// Body is what a client gets: RFC 9457 with our extensions.
type Body struct {
	Type      string          `json:"type"`
	Title     string          `json:"title"`
	Status    int             `json:"status"`
	Detail    string          `json:"detail"`
	Code      document.Code   `json:"code"`
	Retryable bool            `json:"retryable"`
	Phase     document.Phase  `json:"phase,omitempty"`
	Limit     string          `json:"limit,omitempty"` // of the server, that was met
	RequestID string          `json:"request_id"`
	Errors    []document.Part `json:"errors"`
}

// BodyOf writes a problem for the client of a request.
func BodyOf(p *document.Problem, requestID string) Body {
	b := Body{
		Type: "urn:ocr-gateway:problem:" + string(p.Code), Title: answers[p.Code].title, Status: Status(p.Code),
		Detail: p.Detail, Code: p.Code, Retryable: p.Retryable, Phase: p.Phase,
		Limit: p.Limit, RequestID: requestID, Errors: p.Parts,
	}
	if b.Title == "" {
		b.Title = http.StatusText(b.Status)
	}
	if b.Errors == nil {
		b.Errors = []document.Part{}
	}
	return b
}

// Malformed is the problem of a body that cannot be read.
func Malformed(format string, args ...any) *document.Problem {
	return document.Problemf(CodeMalformedBody, document.PhaseAdmission, format, args...)
}
