// Package record holds the nouns of durable jobs and how they are written down: the job as
// submitted, what has happened to it since, and its pages.
//
// A job is a log of events, each of which can be written only once: see Event. Everything else
// that is said of a job follows from them.
package record

import (
	"time"

	"ocr-gateway/document"
)

// State is the state of a job.
type State string

// The states. A job is queued until its first file is open, and ends in one of the last five.
const (
	Queued    State = "queued"
	Running   State = "running"
	Succeeded State = "succeeded" // every page was read
	Partial   State = "partial"   // something of it could not be
	Failed    State = "failed"    // nothing of it could be
	Canceled  State = "canceled"
	Expired   State = "expired" // its deadline came first
)

// States lists them in order.
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

// Format is what this program writes, and the newest that it reads. A change that older programs
// would misread, and not just ignore, needs the next number.
const Format = 1

// Job is a job as submitted. It never changes.
type Job struct {
	Format   int               `json:"format,omitempty"` // 0 means 1
	ID       string            `json:"id"`
	Owner    string            `json:"owner,omitempty"` // empty where there are no API keys
	Kind     string            `json:"kind"`            // see jobs.Kinds
	Values   map[string]string `json:"values,omitempty"`
	Password []byte            `json:"password,omitempty"` // sealed: see jobs.Sealer
	Priority Priority          `json:"priority"`
	Webhook  string            `json:"webhook,omitempty"` // address that is notified of its end; empty for none
	Files    []File            `json:"files"`
	// PagesPerDay limits the pages of its owner's files that are opened on one day; 0 means no
	// limit.
	PagesPerDay int `json:"pages_per_day,omitempty"`
	// Digest is that of the request, where its client may send it again: see jobs.Request.Key.
	Digest string `json:"digest,omitempty"`
	// Trace is the traceparent of the request that submitted the job, whose work continues that
	// trace. Empty for none.
	Trace    string    `json:"trace,omitempty"`
	Created  time.Time `json:"created"`
	Deadline time.Time `json:"deadline"` // when it expires, if it has not ended
}

// File is one document of a job.
type File struct {
	Name string `json:"name"` // as the client calls it
	Size int64  `json:"size"` // in bytes
	Blob string `json:"blob"` // key of its bytes
}

// Opened is the outcome of opening a file.
type Opened struct {
	File    int               `json:"file"` // index in Job.Files
	Total   int               `json:"total,omitempty"`
	Pages   Numbers           `json:"pages,omitempty"` // the requested ones
	Notice  string            `json:"notice,omitempty"`
	Cut     bool              `json:"cut,omitempty"`   // its pages are tasks of their own
	Problem *document.Problem `json:"error,omitempty"` // why it could not be opened; there are no pages then
}

// Page is a finished page: its outcome and where it is.
type Page struct {
	File    int             `json:"file"`
	Number  int             `json:"page"`
	Status  document.Status `json:"status"` // ok, partial or failed
	Blob    string          `json:"blob"`   // key of what DecodePage reads
	Size    int64           `json:"size"`   // of the blob, in bytes
	Model   string          `json:"model,omitempty"`
	Usage   document.Usage  `json:"usage,omitzero"`
	Attempt uint64          `json:"attempt"` // the delivery of its task that brought it
}

// End is the end of a job.
type End struct {
	State   State             `json:"state"`
	Problem *document.Problem `json:"error,omitempty"` // of a job that failed or expired
}

// Attempt is one attempt to notify an address of the end of a job.
type Attempt struct {
	N          int       `json:"n"` // from 1
	At         time.Time `json:"at"`
	DurationMS int64     `json:"duration_ms"`
	Status     int       `json:"status,omitempty"` // of the answer, where one came
	Error      string    `json:"error,omitempty"`
	Delivered  bool      `json:"delivered"`
	Last       bool      `json:"last"` // no other follows, except on request
}

// Event is a step of a job: exactly one of its parts is set. A job is accepted once, each file
// opened once, each page finished once, and the job ends once, whoever tries to say so again;
// events after the end do not count, except attempts to notify of it.
type Event struct {
	Seq  uint64    // position among the events of all jobs, from 1, with gaps
	At   time.Time // when it was recorded
	ID   string    // of the job
	Job  *Job
	Open *Opened
	Page *Page
	End  *End
	Told *Attempt
}

// Task is a piece of work: some pages of a file, or all the requested ones while their number is
// unknown.
type Task struct {
	Job   string `json:"job"`
	File  int    `json:"file"`
	Pages []int  `json:"pages,omitempty"` // nil means all
}

// Lane is a queue of tasks. Owners have their own, so that none waits behind all the work of
// another.
type Lane struct {
	Owner    string
	Priority Priority
}
