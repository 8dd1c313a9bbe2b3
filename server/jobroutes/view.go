package jobroutes

import (
	"math"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
)

// view is a job as its client sees it.
type view struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	State    record.State      `json:"state"`
	Priority record.Priority   `json:"priority"`
	Created  time.Time         `json:"created_at"`
	Started  *time.Time        `json:"started_at,omitempty"`
	Ended    *time.Time        `json:"ended_at,omitempty"`
	Deadline time.Time         `json:"deadline_at"`
	Expires  *time.Time        `json:"expires_at,omitempty"` // when it is forgotten
	Progress progress          `json:"progress"`
	Usage    document.Usage    `json:"usage"` // of the pages that are done
	Files    []file            `json:"files"`
	Error    *document.Problem `json:"error,omitempty"`
	Links    links             `json:"links"`
}

// progress counts the pages of the files that are open.
type progress struct {
	Files       int `json:"files"`
	FilesOpened int `json:"files_opened"`
	Total       int `json:"total"`
	Done        int `json:"done"`
	OK          int `json:"ok"`
	Partial     int `json:"partial"`
	Failed      int `json:"failed"`
	// SecondsLeft is until all pages are done, at the rate so far. Files that are not open yet are
	// taken to be as long as the others.
	SecondsLeft *float64 `json:"seconds_left,omitempty"`
}

type file struct {
	Index  int    `json:"index"`
	Status string `json:"status"` // queued, open, done or failed
	Pages  int    `json:"pages"`
	Done   int    `json:"done"`
}

type links struct {
	Self   string `json:"self"`
	Result string `json:"result"`
	Events string `json:"events"`
}

func (r *Routes) viewOf(j index.Job) view {
	self := path + "/" + j.ID
	v := view{
		ID: j.ID, Kind: j.Kind, State: j.State, Priority: j.Priority, Created: j.Created, Deadline: j.Deadline,
		Started: moment(j.Started), Ended: moment(j.Ended), Error: j.Problem, Files: make([]file, len(j.Files)), Usage: j.Usage,
		Progress: progress{
			Files: len(j.Files), Total: j.Pages.Total, Done: j.Pages.Done(), OK: j.Pages.OK, Partial: j.Pages.Partial, Failed: j.Pages.Failed,
		},
		Links: links{self, self + "/result", self + "/events"},
	}
	for i, f := range j.Files {
		v.Files[i] = file{i, fileStatus(f), f.Pages, f.Done}
		if f.Opened {
			v.Progress.FilesOpened++
		}
	}
	if j.State.Ended() {
		v.Expires = moment(j.Ended.Add(r.Jobs.Keep()))
	} else if done := v.Progress.Done; done > 0 {
		total := float64(v.Progress.Total) * float64(v.Progress.Files) / float64(v.Progress.FilesOpened)
		left := time.Since(j.Started).Seconds() / float64(done) * (total - float64(done))
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
