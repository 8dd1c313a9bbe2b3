package client_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"ocr-gateway/blob"
	"ocr-gateway/client"
	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/service"
)

// keepJobs has a server keep jobs.
func keepJobs(t *testing.T, s *service.Service) *jobs.Jobs {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := blob.Open(blob.Config{Dir: t.TempDir()}, log)
	if err != nil {
		t.Fatal(err)
	}
	cfg := jobs.DefaultConfig()
	cfg.Dir = t.TempDir()
	kept, err := jobs.Open(t.Context(), cfg, jobs.Parts{
		Service: s, Blobs: store, Ready: func() bool { return true }, Whole: func(document.Options) bool { return false },
	}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close(context.Background()) })
	return kept
}

func TestJobs(t *testing.T) {
	c, _, _ := start(t)
	request := client.JobRequest{
		Key: "one", Priority: "low", Files: []client.File{client.Bytes("a.pdf", []byte("two pages")), client.Bytes("b.pdf", []byte("bad"))},
		Options: client.Options{Pages: "1-2"}, More: map[string]string{"include_headers": "true"},
	}
	job, err := c.SubmitJob(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.SubmitJob(t.Context(), request); err != nil || again.ID != job.ID {
		t.Errorf("%+v, %v", again, err)
	}
	ended, err := c.Job(t.Context(), job.ID, time.Minute)
	if err != nil || !ended.Ended() || ended.State != "partial" || ended.Priority != "low" || ended.Progress.OK != 1 || ended.Progress.Failed != 1 || len(ended.Files) != 2 || ended.End.IsZero() {
		t.Errorf("%+v, %v", ended, err)
	}
	if same, err := c.CancelJob(t.Context(), job.ID); err != nil || same.State != "partial" {
		t.Errorf("%+v, %v", same, err)
	}
	result, err := c.JobResult(t.Context(), job.ID, 0, "text")
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	if text, err := io.ReadAll(result); err != nil || len(text) == 0 {
		t.Errorf("%q, %v", text, err)
	}
	_, err = c.JobResult(t.Context(), job.ID, 1, "text")
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Code != document.CodeUnreadable || p.Status != 422 {
		t.Errorf("%v", err)
	}
	request.Priority = "high"
	_, err = c.SubmitJob(t.Context(), request)
	if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodeKeyReused {
		t.Errorf("%v", err)
	}
	list, err := c.Jobs(t.Context(), "", "partial", "failed")
	if err != nil || len(list.Jobs) != 1 || list.Jobs[0].ID != job.ID || list.Next != "" {
		t.Errorf("%+v, %v", list, err)
	}
	for _, id := range []string{"", "..", "../../api/info", "01a22744-a70e-7101-a1dd-f3f764dfb94b"} {
		if job, err := c.Job(t.Context(), id, 0); err == nil && job.ID != "" {
			t.Errorf("%q: %+v", id, job)
		}
	}
}
