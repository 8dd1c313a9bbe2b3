package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/record"
)

// A page that brings its worker down each time is given up alone.
func TestPoisonIsFoundOut(t *testing.T) {
	f := newFixture(t)
	f.cfg.Parallel, f.cfg.Attempts = 1, 3
	f.pipe.page = nil
	first := f.start()
	down := make(chan struct{}, 100)
	f.pipe.page = func(ctx context.Context, n int) *document.Problem {
		if n == 3 {
			down <- struct{}{}
			<-ctx.Done()
		}
		return nil
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	j := f.start()
	job := submit(t, j, request("pages:5"))
	for deaths := 0; ; deaths++ {
		over := make(chan struct{})
		go func() {
			defer close(over)
			if now, err := j.Wait(t.Context(), "", job.ID, time.Minute); err == nil && !now.State.Ended() {
				t.Errorf("after a minute the job is %s", now.State)
			}
		}()
		select {
		case <-down:
		case <-over:
			ended(t, j, "", job.ID, record.Partial)
			if deaths != f.cfg.Attempts+1 { // the first brought pages 1 and 2
				t.Errorf("the page brought %d workers down", deaths)
			}
			checkPoison(t, j, job.ID)
			if err := j.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			return
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		j = f.start()
	}
}

func checkPoison(t *testing.T, j *jobs.Jobs, id string) {
	t.Helper()
	res, err := j.Result(t.Context(), "", id, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range res.Items[0].Result.Pages {
		want := document.StatusOK
		if i == 2 {
			want = document.StatusFailed
		}
		if page.Number != i+1 || page.Status != want {
			t.Errorf("page %d is %s", page.Number, page.Status)
		}
	}
	if dead := j.Load().Dead; dead != 1 {
		t.Errorf("%d dead letters", dead)
	}
}

// failing is a store that fails for a while, in the middle of what is written.
type failing struct {
	jobs.Blobs
	left atomic.Int32
}

func (f *failing) Put(ctx context.Context, key string, r io.Reader) error {
	if f.left.Add(-1) < 0 {
		return f.Blobs.Put(ctx, key, r)
	}
	return f.Blobs.Put(ctx, key, io.MultiReader(io.LimitReader(r, 3), broken{}))
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestStoreThatFailsHoldsWorkUp(t *testing.T) {
	f := newFixture(t)
	store := &failing{}
	f.blobs = func(b jobs.Blobs) jobs.Blobs {
		store.Blobs = b
		return store
	}
	var mu sync.Mutex
	read := map[int]int{}
	f.pipe.page = func(_ context.Context, n int) *document.Problem {
		mu.Lock()
		defer mu.Unlock()
		read[n]++
		return nil
	}
	j := f.open()
	store.left.Store(1)
	_, err := j.Submit(t.Context(), request("pages:2"))
	if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodeOverloaded || !p.Retryable {
		t.Errorf("a job that cannot be kept: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(f.dir, "blobs", "jobs", "*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v (%v)", left, err)
	}
	f.pipe.page = nil
	job := request("pages:3")
	store.left.Store(0)
	id := submit(t, j, job).ID
	ended(t, j, "", id, record.Succeeded)
	store.left.Store(-1)
	id = submit(t, j, job).ID
	store.left.Store(2)
	ended(t, j, "", id, record.Succeeded)
	if read[1] != 2 || read[2] != 2 || read[3] != 2 {
		t.Errorf("pages of two jobs were read %v times", read)
	}
}

func TestJobsAreForgotten(t *testing.T) {
	f := newFixture(t)
	f.cfg.Keep = 100 * time.Millisecond
	j := f.open()
	id := submit(t, j, request("pages:2")).ID
	ended(t, j, "", id, record.Succeeded)
	gone := func() bool {
		_, err := j.Get(t.Context(), "", id)
		p, ok := errors.AsType[*document.Problem](err)
		_, kept := os.Stat(filepath.Join(f.dir, "blobs", "jobs", id))
		return ok && p.Code == document.CodeNotFound && errors.Is(kept, os.ErrNotExist) && j.Load().Known == 0
	}
	for end := time.Now().Add(time.Minute); !gone(); {
		if time.Now().After(end) {
			t.Fatal("the job is still there")
		}
		time.Sleep(10 * time.Millisecond) // between two looks
	}
	if bytes := j.Load().Bytes; bytes != 0 {
		t.Errorf("%d bytes are still counted", bytes)
	}
}

// A client with one job does not wait for all of another's.
func TestClientsTakeTurns(t *testing.T) {
	f := newFixture(t)
	f.cfg.Parallel = 1
	begin := make(chan struct{})
	var mu sync.Mutex
	var order []string
	f.pipe.began = func(name string) {
		<-begin
		mu.Lock()
		defer mu.Unlock()
		order = append(order, name)
	}
	j := f.open()
	ask := func(owner, name string, p record.Priority) string {
		r := request("pages:1")
		r.Owner, r.Priority, r.Sources[0].Name = owner, p, name
		return submit(t, j, r).ID
	}
	var last string
	for i := range 6 {
		last = ask("a", fmt.Sprint("a", i), "")
	}
	ask("b", "b0", "")
	ask("b", "b1", record.Low)
	ask("a", "urgent", record.High)
	close(begin)
	ended(t, j, "a", last, record.Succeeded)
	mu.Lock()
	defer mu.Unlock()
	place := func(name string) int { return slices.Index(order, name) }
	if place("urgent") > 1 || place("b0") > 3 || place("b1") < 0 || place("b1") > 6 || place("a1") > place("a2") {
		t.Errorf("done in the order %v", order)
	}
}

// Nothing of a job is left in the queue when it was ended.
func TestEndedJobsLeaveNoTasks(t *testing.T) {
	f := newFixture(t)
	f.cfg.Parallel = 0
	j := f.open()
	for range 3 {
		id := submit(t, j, request("pages:1", "pages:2")).ID
		if _, err := j.Cancel(t.Context(), "", id); err != nil {
			t.Fatal(err)
		}
	}
	if tasks := j.Load().Tasks; tasks != 0 {
		t.Errorf("%d tasks are left", tasks)
	}
}

// A worker leaves jobs alone that it does not understand, for as long as they may take.
func TestJobsOfAnotherKeyWait(t *testing.T) {
	f := newFixture(t)
	f.cfg.Parallel = 0
	first := f.start()
	r := request("pages:1 secret")
	r.Values["password"] = "correct horse"
	id := submit(t, first, r).ID
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.cfg.Parallel = 1
	key := filepath.Join(f.dir, "key")
	mine, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, []byte("another key, which has at least 32 bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := f.start()
	other := submit(t, second, request("pages:1")).ID
	ended(t, second, "", other, record.Succeeded)
	if job, err := second.Get(t.Context(), "", id); err != nil || job.State != record.Queued {
		t.Errorf("the job that cannot be opened is %s (%v)", job.State, err)
	}
	if err := second.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, mine, 0o600); err != nil {
		t.Fatal(err)
	}
	ended(t, f.open(), "", id, record.Succeeded)
}

// A poison page that is the last of its document, and a file that is gone.
func TestNothingIsLeftToRead(t *testing.T) {
	f := newFixture(t)
	f.cfg.Parallel, f.cfg.Attempts = 1, 1
	down := make(chan struct{}, 9)
	f.pipe.page = func(ctx context.Context, n int) *document.Problem {
		if n == 2 {
			down <- struct{}{}
			<-ctx.Done()
		}
		return nil
	}
	j := f.start()
	id := submit(t, j, request("pages:2")).ID
	for range 2 {
		<-down
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		j = f.start()
	}
	ended(t, j, "", id, record.Partial)
	if err := j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	f.cfg.Parallel = 0
	j = f.start()
	id = submit(t, j, request("pages:1")).ID
	if err := os.RemoveAll(filepath.Join(f.dir, "blobs", "jobs", id, "in")); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.cfg.Parallel = 1
	if job := ended(t, f.open(), "", id, record.Failed); job.Problem == nil || job.Problem.Code != document.CodeInternal {
		t.Errorf("a job without its file: %v", job.Problem)
	}
}

// What a request has left that was not accepted is removed, and nothing of the same one that
// is on its way in again.
func TestOrphansAreRemoved(t *testing.T) {
	f := newFixture(t)
	in := filepath.Join(f.dir, "blobs", "jobs", "0191e0a0-0000-7000-8000-000000000000", "in")
	old, late := filepath.Join(in, "aa-0="), filepath.Join(in, "bb-0=")
	err := os.MkdirAll(in, 0o700)
	for _, path := range []string{old, late} {
		err = errors.Join(err, os.WriteFile(path, []byte("pages:1"), 0o600))
	}
	past := time.Now().Add(-2 * time.Hour)
	if err = errors.Join(err, os.Chtimes(old, past, past)); err != nil {
		t.Fatal(err)
	}
	f.open()
	for ticks := time.NewTicker(20 * time.Millisecond); err == nil; <-ticks.C {
		_, err = os.Stat(old)
	}
	if _, err := os.Stat(late); err != nil {
		t.Error(err)
	}
}

// TestJobsOfANewerVersionWait: this version does not touch them, and says why.
func TestJobsOfANewerVersionWait(t *testing.T) {
	f := newFixture(t)
	f.cfg.Parallel = 0
	j := f.open()
	job := submit(t, j, request("pages:1"))
	newer := record.Job{Format: record.Format + 1, ID: job.ID, Kind: jobs.KindDocument}
	if _, err := j.OptionsOf(&newer); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("%v", err)
	}
	newer.Format = record.Format
	if _, err := j.OptionsOf(&newer); err != nil {
		t.Error(err)
	}
}
