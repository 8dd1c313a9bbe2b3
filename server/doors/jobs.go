package doors

import (
	"context"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

// Jobs is work that goes on when its request has ended. A client sees only its own. Where the
// server keeps no jobs, every method returns a problem that says so.
type Jobs interface {
	// Submit has a document read; timeout is the time that it may take, 0 the server's default.
	Submit(ctx context.Context, src *document.Source, values map[string]string, timeout time.Duration) (Job, error)
	// Wait returns a job when it has ended, or after most.
	Wait(ctx context.Context, id string, most time.Duration) (Job, error)
	// Result returns what a job that has ended has read; the caller closes its source.
	Result(ctx context.Context, id string) (Outcome, error)
	// Forget ends a job.
	Forget(ctx context.Context, id string) error
}

// Job is the state of a job.
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
