package batch_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"ocr-gateway/client"
	"ocr-gateway/document"
)

// gateway is one in memory. Documents say in their content what becomes of them: "3" has
// three pages, "3 partial" not all of them, "damaged" none.
type gateway struct {
	mu       sync.Mutex
	jobs     map[string]*client.Job // by key
	requests []client.JobRequest    // as they came, those of the same key too
	// fault is asked before each call; its error is the answer.
	fault func(call string, n int) error
	calls map[string]int
}

func newGateway() *gateway { return &gateway{jobs: map[string]*client.Job{}, calls: map[string]int{}} }

func (g *gateway) enter(call string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls[call]++
	if g.fault == nil {
		return nil
	}
	return g.fault(call, g.calls[call])
}

func (g *gateway) Info(context.Context) (*client.Info, error) {
	info := &client.Info{}
	for _, name := range []string{"json", "md", "pdf", "txt"} {
		info.Formats = append(info.Formats, struct {
			Name      string `json:"name"`
			MediaType string `json:"media_type"`
		}{name, ""})
	}
	return info, g.enter("info")
}

func (g *gateway) SubmitJob(_ context.Context, r client.JobRequest) (*client.Job, error) {
	if err := g.enter("submit"); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.NewSectionReader(r.Files[0].Content, 0, r.Files[0].Size))
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests = append(g.requests, r)
	if job := g.jobs[r.Key]; job != nil {
		return job, nil
	}
	job := &client.Job{ID: fmt.Sprint("job-", len(g.jobs)), State: "succeeded"}
	words := strings.Fields(string(content))
	switch {
	case words[0] == "damaged":
		job.State, job.Error = "failed", &client.Problem{Problem: *document.Problemf(document.CodeUnreadable, "", "it is damaged")}
	case slices.Contains(words, "partial"):
		job.State, job.Progress.Failed = "partial", 1
	}
	_, _ = fmt.Sscan(words[0], &job.Progress.Total)
	job.Progress.Done = job.Progress.Total
	g.jobs[r.Key] = job
	return job, nil
}

func (g *gateway) find(id string) (*client.Job, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, job := range g.jobs {
		if job.ID == id {
			return job, nil
		}
	}
	return nil, problem(404, document.CodeNotFound)
}

func (g *gateway) Job(_ context.Context, id string, _ time.Duration) (*client.Job, error) {
	if err := g.enter("job"); err != nil {
		return nil, err
	}
	return g.find(id)
}

func (g *gateway) JobResult(_ context.Context, id string, _ int, format string) (io.ReadCloser, error) {
	if err := g.enter("result"); err != nil {
		return nil, err
	}
	if _, err := g.find(id); err != nil {
		return nil, err
	}
	return io.NopCloser(strings.NewReader(format + " of " + id)), nil
}

func problem(status int, code document.Code) error {
	return &client.Problem{Problem: *document.Problemf(code, "", "the gateway says %s", code), Status: status}
}
