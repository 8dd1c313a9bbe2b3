package local_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ocr-gateway/document"
	"ocr-gateway/service"
	"ocr-gateway/tools"
	"ocr-gateway/tools/local"
)

// slow is a pipeline whose documents end when they are let.
type slow chan struct{}

func (s slow) Run(ctx context.Context, src *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
	sum := document.Summary{Total: 1, Pages: 1}
	emit(document.Event{Kind: document.EventAccepted, Summary: sum})
	select {
	case <-s:
	case <-ctx.Done():
		return &document.Result{Status: document.StatusCanceled, Summary: sum}, document.EndProblem(context.Cause(ctx), "")
	}
	sum.OK = 1
	emit(document.Event{Kind: document.EventPage, Summary: sum, Page: &document.PageResult{Number: 1, Status: document.StatusOK, Text: src.Name, Markdown: src.Name}})
	return &document.Result{Status: document.StatusOK, Summary: sum}, nil
}

func (slow) Join([]document.PageResult, document.Options) {}

// noFields are of a schema that asks for nothing.
type noFields struct{}

func (noFields) Question() *document.Question { return nil }

func (noFields) Extract(*document.Result) (*document.Extraction, error) {
	return &document.Extraction{}, nil
}

// open makes a host of a folder with a file, for a pipeline.
func open(t *testing.T, p service.Pipeline) (h *local.Host, dir string) {
	t.Helper()
	return openUntil(t.Context(), t, p)
}

// openUntil makes one whose work ends with ctx.
func openUntil(ctx context.Context, t *testing.T, p service.Pipeline) (h *local.Host, dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.pdf"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := service.New(service.DefaultConfig(), service.Parts{
		Pipeline: p, Fields: func(string) (service.Fields, error) { return noFields{}, nil },
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if h, err = local.New(ctx, s, []string{dir}, 1<<20); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h, dir
}

func TestFilesOfFoldersAlone(t *testing.T) {
	let := make(slow)
	close(let)
	h, dir := open(t, let)
	outside := filepath.Join(t.TempDir(), "secret.pdf")
	if err := errors.Join(os.WriteFile(outside, []byte("x"), 0o600), os.Symlink(outside, filepath.Join(dir, "link.pdf")),
		os.Symlink("a.pdf", filepath.Join(dir, "inner.pdf")), os.Mkdir(filepath.Join(dir, "sub"), 0o700), unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for path, wrong := range map[string]string{
		filepath.Join(dir, "a.pdf"): "", "a.pdf": "", "sub/../a.pdf": "", "inner.pdf": "",
		"": "missing", outside: "outside", "link.pdf": "outside", "../" + filepath.Base(dir) + "/a.pdf": "outside", "b.pdf": "no such file",
		"sub": "no file", "pipe": "no file",
	} {
		res, job, err := h.Read(t.Context(), tools.File{Path: path}, service.Document, nil)
		switch {
		case job != "":
			t.Errorf("%s is a job", path)
		case wrong == "" && (err != nil || res.Text == ""):
			t.Errorf("%s: %v", path, err)
		case wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)):
			t.Errorf("%s: %v, want %s", path, err, wrong)
		}
	}
	if _, err := local.New(t.Context(), nil, []string{filepath.Join(dir, "none")}, 1); err == nil {
		t.Error("a folder that is not there is taken")
	}
}

func TestWhatTakesLongIsAJob(t *testing.T) {
	let := make(slow)
	h, _ := open(t, let)
	h.WaitFor(time.Millisecond)
	res, id, err := h.Read(t.Context(), tools.File{Path: "a.pdf"}, service.Document, nil)
	if res != nil || id == "" || err != nil {
		t.Fatalf("%+v, job %q, %v", res, id, err)
	}
	if res, err := h.Job(t.Context(), id); res != nil || err != nil {
		t.Errorf("before it has ended: %+v, %v", res, err)
	}
	h.WaitFor(time.Minute)
	let <- struct{}{}
	if res, err := h.Job(t.Context(), id); err != nil || res.Text != "a.pdf" {
		t.Errorf("%+v, %v", res, err)
	}
	if _, err := h.Job(t.Context(), "none"); err == nil {
		t.Error("a job that is none is found")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.Read(gone, tools.File{Path: "a.pdf"}, service.Document, nil); err == nil {
		t.Error("who has left is answered")
	}
}

// TestWorkEndsWithTheProgram: the SDK waits for calls when the program is to end, and does not end
// their contexts.
func TestWorkEndsWithTheProgram(t *testing.T) {
	life, end := context.WithCancel(t.Context())
	h, _ := openUntil(life, t, make(slow))
	h.WaitFor(time.Millisecond)
	_, id, err := h.Read(t.Context(), tools.File{Path: "a.pdf"}, service.Document, nil)
	if id == "" {
		t.Fatalf("no job, %v", err)
	}
	end()
	h.WaitFor(time.Minute)
	call, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, job := h.Job(call, id)
	_, _, read := h.Read(call, tools.File{Path: "a.pdf"}, service.Document, nil)
	_, extract := h.Extract(call, tools.File{Path: "a.pdf"}, map[string]string{"schema": "{}"})
	for name, err := range map[string]error{"job": job, "read": read, "extract": extract} {
		if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodeCanceled {
			t.Errorf("%s ends with %v", name, err)
		}
	}
}
