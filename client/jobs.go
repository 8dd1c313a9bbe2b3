package client

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/document"
)

// Job is a job as it stands.
type Job struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`  // document, extract or text
	State    string         `json:"state"` // queued, running, or one of those of Ended
	Priority string         `json:"priority"`
	Created  time.Time      `json:"created_at"`
	Started  time.Time      `json:"started_at"`  // zero until a file is open
	End      time.Time      `json:"ended_at"`    // zero until it has
	Deadline time.Time      `json:"deadline_at"` // when it expires
	Expires  time.Time      `json:"expires_at"`  // when it is forgotten; zero until it has ended
	Progress JobProgress    `json:"progress"`
	Usage    document.Usage `json:"usage"` // of the pages that are done
	Files    []JobFile      `json:"files"`
	Error    *Problem       `json:"error"` // of one that ended without success
}

// JobProgress counts the pages of the files that are open.
type JobProgress struct {
	Files       int     `json:"files"`
	FilesOpened int     `json:"files_opened"`
	Total       int     `json:"total"`
	Done        int     `json:"done"`
	OK          int     `json:"ok"`
	Partial     int     `json:"partial"`
	Failed      int     `json:"failed"`
	SecondsLeft float64 `json:"seconds_left"` // estimated; 0 where nothing is known
}

// JobFile is the state of a file of a job.
type JobFile struct {
	Index  int    `json:"index"`
	Status string `json:"status"` // queued, open, done or failed
	Pages  int    `json:"pages"`
	Done   int    `json:"done"`
}

// Ended reports whether nothing more will happen to the job: it has succeeded, is partial,
// failed, was canceled or has expired.
func (j *Job) Ended() bool { return j.State != "queued" && j.State != "running" }

// JobRequest is a job to submit.
type JobRequest struct {
	Kind     string // empty leaves it to the server
	Priority string // high, normal or low; empty means normal
	// Key is an Idempotency-Key: the same request with the same key is the same job. Empty means
	// none.
	Key     string
	Files   []File
	Options Options
	// More are further options, by their names in the contract.
	More map[string]string
}

// SubmitJob has documents read later, which survives restarts of the server.
func (c *Client) SubmitJob(ctx context.Context, r JobRequest) (*Job, error) {
	set := r.Options.fields()
	for name, value := range map[string]string{"kind": r.Kind, "priority": r.Priority} {
		if value != "" {
			set = append(set, [2]string{name, value})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.More)) {
		set = append(set, [2]string{name, r.More[name]})
	}
	req, err := c.upload(ctx, "/api/ocr/jobs", "files", r.Files, set)
	if err != nil {
		return nil, err
	}
	if r.Key != "" {
		req.Header.Set("Idempotency-Key", r.Key)
	}
	return answerOf[Job](c, req)
}

// Job returns a job when it has ended, or after wait at the latest; with 0 at once.
func (c *Client) Job(ctx context.Context, id string, wait time.Duration) (*Job, error) {
	query := url.Values{}
	if wait > 0 {
		query.Set("wait", wait.String())
	}
	req, err := c.ask(ctx, http.MethodGet, jobPath(id), query)
	if err != nil {
		return nil, err
	}
	return answerOf[Job](c, req)
}

// CancelJob ends a job; one that has ended stays as it is.
func (c *Client) CancelJob(ctx context.Context, id string) (*Job, error) {
	req, err := c.ask(ctx, http.MethodDelete, jobPath(id), nil)
	if err != nil {
		return nil, err
	}
	return answerOf[Job](c, req)
}

// JobList is a part of a client's jobs, the newest first.
type JobList struct {
	Jobs []Job  `json:"jobs"`
	Next string `json:"next_cursor"` // of the rest; empty where there is none
}

// Jobs lists jobs in some states, all without any, from a cursor on; empty means from the newest.
func (c *Client) Jobs(ctx context.Context, cursor string, states ...string) (*JobList, error) {
	query := url.Values{}
	for name, value := range map[string]string{"cursor": cursor, "status": strings.Join(states, ",")} {
		if value != "" {
			query.Set(name, value)
		}
	}
	req, err := c.ask(ctx, http.MethodGet, "/api/ocr/jobs", query)
	if err != nil {
		return nil, err
	}
	return answerOf[JobList](c, req)
}

// JobResult returns what was read of one file of a job, the first being 0, in a format by its name
// in Info.Formats. The caller closes it. A file that could not be read is a *Problem.
func (c *Client) JobResult(ctx context.Context, id string, file int, format string) (io.ReadCloser, error) {
	query := url.Values{"file": {strconv.Itoa(file)}, "format": {format}}
	req, err := c.ask(ctx, http.MethodGet, jobPath(id)+"/result", query)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "*/*")
	res, err := c.send(req)
	if err != nil {
		return nil, fmt.Errorf("result of job %s: %w", id, err)
	}
	return res.Body, nil
}

// jobPath is the address of a job. It escapes the id, so that it can name no other address.
func jobPath(id string) string { return "/api/ocr/jobs/" + url.PathEscape(strings.Trim(id, "./")) }

// ask makes a request without a body.
func (c *Client) ask(ctx context.Context, method, path string, query url.Values) (*http.Request, error) {
	req, err := c.request(ctx, method, path, nil)
	if err != nil {
		return nil, err
	}
	req.URL.RawQuery = query.Encode()
	return req, nil
}
