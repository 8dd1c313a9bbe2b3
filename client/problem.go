package client

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"ocr-gateway/document"
)

// Problem is why the server did not do what it was asked for. errors.As also finds the
// *document.Problem in it.
type Problem struct {
	document.Problem
	Status    int           // of HTTP; where a stream ended with the problem, the one it would have had
	RequestID string        // finds the request in the server's log
	After     time.Duration // when to try again, where the server says; 0 where it does not
}

// Error names the code, the detail and the request.
func (p *Problem) Error() string {
	text := p.Problem.Error()
	if p.RequestID != "" {
		text += " (request " + p.RequestID + ")"
	}
	return text
}

// Unwrap returns the problem without its HTTP part.
func (p *Problem) Unwrap() error { return &p.Problem }

// problemBody is a problem as it is sent (RFC 9457).
type problemBody struct {
	Type      string          `json:"type"`
	Title     string          `json:"title"`
	Status    int             `json:"status"`
	Detail    string          `json:"detail"`
	Code      document.Code   `json:"code"`
	Retryable bool            `json:"retryable"`
	Phase     document.Phase  `json:"phase"`
	Limit     string          `json:"limit"`
	RequestID string          `json:"request_id"`
	Errors    []document.Part `json:"errors"`
	Items     []BatchItem     `json:"items"` // of a batch of which nothing was read
}

func (b *problemBody) problem() *Problem {
	return &Problem{
		Problem: document.Problem{
			Code: b.Code, Detail: b.Detail, Phase: b.Phase, Retryable: b.Retryable, Limit: b.Limit, Parts: b.Errors,
		},
		Status: b.Status, RequestID: b.RequestID,
	}
}

// UnmarshalJSON reads a problem as it is sent.
func (p *Problem) UnmarshalJSON(b []byte) error {
	var body problemBody
	if err := json.Unmarshal(b, &body); err != nil {
		return err
	}
	*p = *body.problem()
	return nil
}

// maxProblem bounds what is read of an answer that is no success.
const maxProblem = 16 << 20

// problemOf reads an unsuccessful answer. One that does not come from this server, but from
// something in between, is a problem without a code.
func problemOf(res *http.Response) error {
	var body problemBody
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if media != "application/problem+json" || json.NewDecoder(io.LimitReader(res.Body, maxProblem)).Decode(&body) != nil {
		body = problemBody{Detail: fmt.Sprintf("%s answers %s", res.Request.URL.Host, res.Status), Retryable: res.StatusCode >= 502}
	}
	p := body.problem()
	p.Status = res.StatusCode
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		p.After = time.Duration(seconds) * time.Second
	}
	if len(body.Items) > 0 {
		return &BatchProblem{p, body.Items}
	}
	return p
}

// BatchProblem is a batch of which nothing was read; Items say why.
type BatchProblem struct {
	*Problem
	Items []BatchItem
}

// Unwrap returns the problem of the whole.
func (p *BatchProblem) Unwrap() error { return p.Problem }
