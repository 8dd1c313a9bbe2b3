// Package record holds the nouns of durable jobs and how they are written down: the job
// that was asked for, what happened to it since, and its pages.
//
// A job is a log of events, each of which can be written once only: see Event. Everything
// else that is said of a job follows from them.
package record

import (
	"time"

	"ocr-gateway/document"
)

// State is where a job is in its life.
type State string

// The states. A job is queued until its first file is open, and ends in one of the last five.
const (
	Queued    State = "queued"
	Running   State = "running"
	Succeeded State = "succeeded" // every page was read
	Partial   State = "partial"   // something of it could not be
	Failed    State = "failed"    // nothing of it could be
	Canceled  State = "canceled"
	Expired   State = "expired" // its time was over first
)

// States lists them in the order of a life.
var States = []State{Queued, Running, Succeeded, Partial, Failed, Canceled, Expired}

// Ended reports whether nothing more will happen to the job.
func (s State) Ended() bool { return s != Queued && s != Running }

// Priority is how urgent a job is next to the others.
type Priority string

// The priorities.
const (
	High   Priority = "high"
	Normal Priority = "normal"
	Low    Priority = "low"
)

// Priorities lists them, the most urgent first.
var Priorities = []Priority{High, Normal, Low}

// Format is what this program writes down, and the newest that it reads. A change that older
// programs would read wrongly, and not just pass over, is the next.
const Format = 1

// Job is what was asked for. It never changes.
type Job struct {
	Format   int               `json:"format,omitempty"` // 0 is 1
	ID       string            `json:"id"`
	Owner    string            `json:"owner,omitempty"` // whose it is; empty where there are no API keys
	Kind     string            `json:"kind"`            // what is asked for, by its name
	Values   map[string]string `json:"values,omitempty"`
	Password []byte            `json:"password,omitempty"` // sealed: see jobs.Sealer
	Priority Priority          `json:"priority"`
	Webhook  string            `json:"webhook,omitempty"` // address that is told of its end; empty for none
	Files    []File            `json:"files"`
	// PagesPerDay bounds the pages of its owner's files that are opened on one day; 0 means no
	// bound.
	PagesPerDay int `json:"pages_per_day,omitempty"`
	// Digest is that of the request, where its client may send it again: see
	// jobs.Request.Key.
	Digest string `json:"digest,omitempty"`
	// Trace is the traceparent of the request that submitted it: its work goes on with that
	// trace. Empty for none.
	Trace    string    `json:"trace,omitempty"`
	Created  time.Time `json:"created"`
	Deadline time.Time `json:"deadline"` // when it expires, if it has not ended
}

// File is one document of a job.
type File struct {
	Name string `json:"name"` // as its client calls it
	Size int64  `json:"size"` // in bytes
	Blob string `json:"blob"` // key of its bytes
}

// Opened says what became of a file when it was opened.
type Opened struct {
	File    int               `json:"file"` // index in Job.Files
	Total   int               `json:"total,omitempty"`
	Pages   Numbers           `json:"pages,omitempty"` // those asked for
	Notice  string            `json:"notice,omitempty"`
	Cut     bool              `json:"cut,omitempty"`   // its pages are tasks of their own
	Problem *document.Problem `json:"error,omitempty"` // why it could not be opened; there are no pages then
}

// Page is a page that is done: how it ended and where it is.
type Page struct {
	File    int             `json:"file"`
	Number  int             `json:"page"`
	Status  document.Status `json:"status"` // ok, partial or failed
	Blob    string          `json:"blob"`   // key of what DecodePage reads
	Size    int64           `json:"size"`   // of the blob, in bytes
	Model   string          `json:"model,omitempty"`
	Usage   document.Usage  `json:"usage,omitzero"`
	Attempt uint64          `json:"attempt"` // which delivery of its task brought it
}

// End is how a job ended.
type End struct {
	State   State             `json:"state"`
	Problem *document.Problem `json:"error,omitempty"` // of a job that failed or expired
}

// Attempt is one to tell an address of the end of a job.
type Attempt struct {
	N          int       `json:"n"` // from 1
	At         time.Time `json:"at"`
	DurationMS int64     `json:"duration_ms"`
	Status     int       `json:"status,omitempty"` // of the answer, where one came
	Error      string    `json:"error,omitempty"`
	Delivered  bool      `json:"delivered"`
	Last       bool      `json:"last"` // no other follows by itself
}

// Event is a step of a job: exactly one of its parts is set. A job is accepted once, each
// file opened once, each page done once, and the job ends once, whoever tries to say so
// again; what comes after the end is void, but for attempts to tell of it.
type Event struct {
	Seq  uint64    // position among the events of all jobs, from 1, not dense
	At   time.Time // when it was written down
	ID   string    // of the job
	Job  *Job
	Open *Opened
	Page *Page
	End  *End
	Told *Attempt
}

// Task is a piece of work: some pages of a file, or all that were asked for while it is not
// known how many these are.
type Task struct {
	Job   string `json:"job"`
	File  int    `json:"file"`
	Pages []int  `json:"pages,omitempty"` // nil means all
}

// Lane is a queue of tasks. Each owner has some of its own, so that none waits for
// all of another's.
type Lane struct {
	Owner    string
	Priority Priority
}
