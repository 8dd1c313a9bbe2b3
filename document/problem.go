package document

import (
	"context"
	"errors"
	"fmt"
)

// Code is a stable, documented name for a class of problem. The server maps it to an HTTP status, and clients
// may switch on it.
type Code string

// The problem codes.
const (
	CodeInvalidRequest    Code = "invalid_request"        // options or form the server cannot read
	CodePagesOutOfRange   Code = "pages_out_of_range"     // page range malformed or beyond the document
	CodeUnsupportedMedia  Code = "unsupported_media"      // content is not an image or PDF that can be read
	CodeUnreadable        Code = "unreadable_document"    // right type, damaged content
	CodePasswordRequired  Code = "password_required"      // encrypted and no password given
	CodeWrongPassword     Code = "wrong_password"         // the given password does not open it
	CodeTooLarge          Code = "too_large"              // upload bytes over the limit
	CodeTooManyPages      Code = "too_many_pages"         // page count over the limit
	CodeTooManyPixels     Code = "too_many_pixels"        // image dimensions over the limit
	CodeTaskUnsupported   Code = "task_unsupported"       // the engine in use cannot do this task
	CodePageTimeout       Code = "page_timeout"           // one page took longer than allowed
	CodePageFailed        Code = "page_failed"            // one page could not be rendered
	CodePageIncomplete    Code = "page_incomplete"        // something on a page could not be drawn
	CodeAllPagesFailed    Code = "all_pages_failed"       // nothing of the document could be read
	CodeEngineFailed      Code = "engine_failed"          // recognition failed
	CodeLayoutFailed      Code = "layout_failed"          // layout detection failed
	CodeScriptUnsupported Code = "script_unsupported"     // text in a script that the engine cannot read
	CodeNotRead           Code = "not_read"               // something that looks like text is not in the answer; its page is complete otherwise
	CodeTextIllegible     Code = "text_illegible"         // text too blurred or too small to be read
	CodeImageLeftOut      Code = "image_left_out"         // an image is not in the answer; its page is complete otherwise
	CodeOverloaded        Code = "overloaded"             // full or draining: retry later
	CodeTooManyRequests   Code = "too_many_requests"      // from one client at once: retry later
	CodeDeadlineExceeded  Code = "deadline_exceeded"      // the time of the request has run out
	CodeCanceled          Code = "canceled"               // the client went away or the server stops
	CodeNotFound          Code = "not_found"              // no such route or object
	CodeOffsetConflict    Code = "offset_conflict"        // a part of a file does not begin where the file ends
	CodeChecksumMismatch  Code = "checksum_mismatch"      // a part of a file does not match its checksum
	CodeKeyReused         Code = "idempotency_key_reused" // the key belongs to another request
	CodeJobsDisabled      Code = "jobs_disabled"          // this server keeps no jobs
	CodeJobsUnavailable   Code = "jobs_unavailable"       // this server cannot use the jobs that it keeps
	CodeInternal          Code = "internal"               // a defect of ours
)

// Phase is where in the pipeline a problem arose.
type Phase string

// The phases, in the order of the data flow.
const (
	PhaseAdmission Phase = "admission"
	PhaseRaster    Phase = "raster"
	PhaseLayout    Phase = "layout"
	PhaseRecognize Phase = "recognize"
	PhaseFormat    Phase = "format"
)

// Problem is an error made for people: Detail says what failed, where and what to do, and may be shown to a
// client (no path, no secret, no Go error text). Cause is only for the log.
type Problem struct {
	Code      Code   `json:"code"`
	Detail    string `json:"detail"`
	Phase     Phase  `json:"phase,omitempty"`
	Retryable bool   `json:"retryable"` // the same request may succeed later
	// Limit names the server's limit that was reached, if one was.
	Limit string `json:"limit,omitempty"`
	// Parts are the individual things that are wrong, where there are several: options of a request, pages of
	// a document.
	Parts []Part `json:"-"`
	Cause error  `json:"-"`
}

// Part is one of several things that are wrong.
type Part struct {
	Field  string `json:"field,omitempty"` // an option, or the form field of a file
	Page   int    `json:"page,omitempty"`
	Code   Code   `json:"code,omitempty"`
	Detail string `json:"detail"`
}

// Problemf makes a problem with a formatted detail.
func Problemf(code Code, phase Phase, format string, args ...any) *Problem {
	return &Problem{Code: code, Phase: phase, Detail: fmt.Sprintf(format, args...)}
}

// Invalid makes the problem of one field of a request.
func Invalid(field, format string, args ...any) *Problem {
	p := Problemf(CodeInvalidRequest, PhaseAdmission, format, args...)
	p.Parts = []Part{{Field: field, Detail: p.Detail}}
	return p
}

// EndProblem says why work ended with its context. cause is the context's cause, or an error that wraps it.
// If the context was ended with a Problem, that is returned.
func EndProblem(cause error, phase Phase) *Problem {
	if p, ok := errors.AsType[*Problem](cause); ok {
		return p
	}
	p := Problemf(CodeCanceled, phase, "the request was canceled")
	if errors.Is(cause, context.DeadlineExceeded) {
		p = Problemf(CodeDeadlineExceeded, phase, "the work took longer than this request allows")
	}
	return p.Retry().Because(cause)
}

// Because sets the cause, for the log, and returns p.
func (p *Problem) Because(err error) *Problem {
	p.Cause = err
	return p
}

// Retry marks the problem as worth another try and returns p.
func (p *Problem) Retry() *Problem {
	p.Retryable = true
	return p
}

// Error is the code and detail, followed by the cause.
func (p *Problem) Error() string {
	if p.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", p.Code, p.Detail, p.Cause)
	}
	return fmt.Sprintf("%s: %s", p.Code, p.Detail)
}

// Unwrap returns the cause to errors.Is and errors.As.
func (p *Problem) Unwrap() error { return p.Cause }
