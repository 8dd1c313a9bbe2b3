package doors

import (
	"context"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

// Jobs is work that goes on when its request has ended. A client sees its own alone. Where
// the server keeps no jobs, all of it is a problem that says so.
type Jobs interface {
	// Submit has a document read; 0 leaves the time that it may take to the server.
	Submit(ctx context.Context, src *document.Source, values map[string]string, timeout time.Duration) (Job, error)
	// Wait is a job when it has ended, or after a while.
	Wait(ctx context.Context, id string, most time.Duration) (Job, error)
	// Result is what there is of a job that has ended; the caller closes its source.
	Result(ctx context.Context, id string) (Outcome, error)
	// Forget ends a job.
	Forget(ctx context.Context, id string) error
}

// Job is how far a job is.
type Job struct {
	ID      string
	Started bool
	Ended   bool
	Problem *document.Problem // why nothing of it was read
	Created time.Time
	Changed time.Time // when it ended, or began; else Created
}

// Outcome is what a job read, with the formats that it was submitted with.
type Outcome struct {
	service.Reading
	Formats []string
	Took    time.Duration
}
