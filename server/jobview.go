package server

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/answer"
)

// jobView is a job as its client sees it.
type jobView struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	State    record.State      `json:"state"`
	Priority record.Priority   `json:"priority"`
	Created  time.Time         `json:"created_at"`
	Started  *time.Time        `json:"started_at,omitempty"`
	Ended    *time.Time        `json:"ended_at,omitempty"`
	Deadline time.Time         `json:"deadline_at"`
	Expires  *time.Time        `json:"expires_at,omitempty"` // when it is forgotten
	Progress jobProgress       `json:"progress"`
	Files    []jobFile         `json:"files"`
	Error    *document.Problem `json:"error,omitempty"`
	Links    jobLinks          `json:"links"`
}

// jobProgress counts the pages of the files that are open.
type jobProgress struct {
	Files       int `json:"files"`
	FilesOpened int `json:"files_opened"`
	Total       int `json:"total"`
	Done        int `json:"done"`
	OK          int `json:"ok"`
	Partial     int `json:"partial"`
	Failed      int `json:"failed"`
	// SecondsLeft is until all pages of opened files are done, at the rate so far.
	SecondsLeft *float64 `json:"seconds_left,omitempty"`
}

type jobFile struct {
	Index  int    `json:"index"`
	Status string `json:"status"` // queued, open, done or failed
	Pages  int    `json:"pages"`
	Done   int    `json:"done"`
}

type jobLinks struct {
	Self   string `json:"self"`
	Result string `json:"result"`
	Events string `json:"events"`
}

func (s *Server) viewOf(j index.Job) jobView {
	self := jobsPath + "/" + j.ID
	v := jobView{
		ID: j.ID, Kind: j.Kind, State: j.State, Priority: j.Priority, Created: j.Created, Deadline: j.Deadline,
		Started: moment(j.Started), Ended: moment(j.Ended), Error: j.Problem, Files: make([]jobFile, len(j.Files)),
		Progress: jobProgress{
			Files: len(j.Files), Total: j.Pages.Total, Done: j.Pages.Done(), OK: j.Pages.OK, Partial: j.Pages.Partial, Failed: j.Pages.Failed,
		},
		Links: jobLinks{self, self + "/result", self + "/events"},
	}
	for i, f := range j.Files {
		v.Files[i] = jobFile{i, fileStatus(f), f.Pages, f.Done}
		if f.Opened {
			v.Progress.FilesOpened++
		}
	}
	if j.State.Ended() {
		v.Expires = moment(j.Ended.Add(s.deps.Jobs.Keep()))
	} else if done := v.Progress.Done; done > 0 {
		left := time.Since(j.Started).Seconds() / float64(done) * float64(v.Progress.Total-done)
		left = math.Round(left*10) / 10
		v.Progress.SecondsLeft = &left
	}
	return v
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func fileStatus(f index.File) string {
	switch {
	case f.Failed:
		return "failed"
	case !f.Opened:
		return "queued"
	case f.Done < f.Pages:
		return "open"
	default:
		return "done"
	}
}

// jobList is a part of a client's jobs, the newest first.
type jobList struct {
	Jobs []jobView `json:"jobs"`
	Next string    `json:"next_cursor,omitempty"` // where the rest begins
}

const (
	usualJobs = 50
	mostJobs  = 500
)

func (s *Server) listJobs(c echo.Context) error {
	values, err := asked(c, "status", "limit", "cursor")
	if err != nil {
		return err
	}
	q := index.Query{Owner: s.owner(c), Limit: usualJobs}
	if err := fillQuery(&q, values); err != nil {
		return err
	}
	found, more, err := s.deps.Jobs.List(c.Request().Context(), q)
	if err != nil {
		return err
	}
	list := jobList{Jobs: make([]jobView, len(found))}
	for i, j := range found {
		list.Jobs[i] = s.viewOf(j)
	}
	if more {
		last := found[len(found)-1]
		list.Next = cursorOf(index.Mark{Created: last.Created, ID: last.ID})
	}
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, list)
}

func fillQuery(q *index.Query, values map[string]string) error {
	if text := values["limit"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostJobs {
			return document.Invalid("limit", "limit must be a whole number from 1 to %d, not %q", mostJobs, clip.Text(text))
		}
		q.Limit = n
	}
	if text := values["status"]; text != "" {
		for name := range strings.SplitSeq(text, ",") {
			state := record.State(strings.ToLower(strings.TrimSpace(name)))
			if !slices.Contains(record.States, state) {
				return document.Invalid("status", "there is no status %q; known are queued, running, succeeded, partial, failed, canceled, expired", clip.Text(name))
			}
			q.States = append(q.States, state)
		}
	}
	if text := values["cursor"]; text != "" {
		mark, err := markOf(text)
		if err != nil {
			return document.Invalid("cursor", "cursor must be next_cursor of an answer before")
		}
		q.Before = &mark
	}
	return nil
}

// cursorOf writes a mark as clients carry it around.
func cursorOf(m index.Mark) string {
	b, _ := json.Marshal(m) // a time and a string
	return base64.RawURLEncoding.EncodeToString(b)
}

func markOf(cursor string) (m index.Mark, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(b, &m)
}
