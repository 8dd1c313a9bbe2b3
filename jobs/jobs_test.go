package jobs_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
)

func TestDocumentIsReadInTasks(t *testing.T) {
	f := newFixture(t)
	f.cfg.TaskPages = 4
	j := f.open()
	job := submit(t, j, request("pages:30"))
	if job.State != record.Queued && job.State != record.Running && job.State != record.Succeeded {
		t.Errorf("a new job is %s", job.State)
	}
	ended(t, j, "", job.ID, record.Succeeded)
	res, err := j.Result(t.Context(), "", job.ID, -1)
	if err != nil {
		t.Fatal(err)
	}
	got := res.Items[0].Result
	if got.Status != document.StatusOK || len(got.Pages) != 30 || got.Summary.OK != 30 || got.Model != "fake-1" || got.Engine != "fake" {
		t.Errorf("%+v", got)
	}
	for i, page := range got.Pages {
		if page.Number != i+1 {
			t.Errorf("page %d is at %d", page.Number, i)
		}
	}
	if !strings.HasPrefix(got.Text, "page 1\n\npage 2\n\n") || !strings.HasSuffix(got.Markdown, "**page 30**") {
		t.Errorf("text %q, Markdown %q", got.Text, got.Markdown)
	}
	page, err := j.Page(t.Context(), "", job.ID, 0, 17)
	if err != nil || page.Text != "page 17" {
		t.Errorf("page 17: %q, %v", page.Text, err)
	}
}

func TestFilesEndByThemselves(t *testing.T) {
	j := newFixture(t).open()
	job := submit(t, j, request("pages:2", "nonsense", "pages:1"))
	ended(t, j, "", job.ID, record.Partial)
	res, err := j.Result(t.Context(), "", job.ID, -1)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Items) != 3 || res.Items[0].Result == nil || res.Items[1].Problem == nil || res.Items[2].Result == nil {
		t.Fatalf("%+v", res.Items)
	}
	if code := res.Items[1].Problem.Code; code != document.CodeUnreadable {
		t.Errorf("the file that cannot be read: %s", code)
	}
	one, err := j.Result(t.Context(), "", job.ID, 2)
	if err != nil || len(one.Items) != 1 || one.Items[0].File.Name != "2.pdf" || len(one.Items[0].Result.Pages) != 1 {
		t.Errorf("file 2 alone: %+v, %v", one, err)
	}
}

func TestNothingReadIsFailed(t *testing.T) {
	f := newFixture(t)
	f.pipe.page = func(context.Context, int) *document.Problem {
		return document.Problemf(document.CodePageFailed, document.PhaseRaster, "it is damaged")
	}
	j := f.open()
	for script, code := range map[string]document.Code{"nonsense": document.CodeUnreadable, "pages:2": document.CodeUnreadable} {
		job := ended(t, j, "", submit(t, j, request(script)).ID, record.Failed)
		if job.Problem == nil || job.Problem.Code != code {
			t.Errorf("%s: %v, want %s", script, job.Problem, code)
		}
	}
}

// A page that fails for a reason that may pass is read again.
func TestFailuresThatPassAreNoFailures(t *testing.T) {
	f := newFixture(t)
	var mu sync.Mutex
	tries := map[int]int{}
	f.pipe.page = func(_ context.Context, n int) *document.Problem {
		mu.Lock()
		defer mu.Unlock()
		if tries[n]++; n == 2 && tries[n] < 3 {
			return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "down").Retry()
		}
		return nil
	}
	j := f.open()
	ended(t, j, "", submit(t, j, request("pages:3")).ID, record.Succeeded)
	if tries[1] != 1 || tries[2] != 3 || tries[3] != 1 {
		t.Errorf("tries by page: %v", tries)
	}
}

func TestJobsGoOnWhereTheyWere(t *testing.T) {
	f := newFixture(t)
	f.cfg.Parallel, f.cfg.TaskPages = 1, 5
	reached := make(chan struct{})
	var mu sync.Mutex
	read := map[int]int{}
	f.pipe.page = func(ctx context.Context, n int) *document.Problem {
		if n == 8 {
			close(reached)
			<-ctx.Done()
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		read[n]++
		return nil
	}
	first := f.start()
	job := submit(t, first, request("pages:20"))
	<-reached
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.pipe.page = func(_ context.Context, n int) *document.Problem {
		mu.Lock()
		defer mu.Unlock()
		read[n]++
		return nil
	}
	j := f.open()
	ended(t, j, "", job.ID, record.Succeeded)
	for n := 1; n <= 20; n++ {
		if most := 1; read[n] != most && n != 1 { // page 1 may have begun before the document was cut
			t.Errorf("page %d was read %d times", n, read[n])
		}
	}
}

func TestCancelEndsTheWork(t *testing.T) {
	f := newFixture(t)
	working, stopped := make(chan struct{}), make(chan struct{})
	f.pipe.page = func(ctx context.Context, n int) *document.Problem {
		if n == 3 {
			close(working)
			<-ctx.Done()
			close(stopped)
		}
		return nil
	}
	j := f.open()
	job := submit(t, j, request("pages:5"))
	<-working
	for range 2 {
		if now, err := j.Cancel(t.Context(), "", job.ID); err != nil || now.State != record.Canceled {
			t.Fatalf("%s, %v", now.State, err)
		}
	}
	<-stopped
	res, err := j.Result(t.Context(), "", job.ID, 0)
	if err != nil || len(res.Items[0].Result.Pages) != 2 || res.Items[0].Result.Status != document.StatusCanceled || res.Items[0].Result.Summary.Canceled != 3 {
		t.Errorf("what was done is not kept: %+v, %v", res, err)
	}
}

func TestEventsAreTheSameForAll(t *testing.T) {
	f := newFixture(t)
	f.cfg.TaskPages = 2
	j := f.open()
	job := submit(t, j, request("pages:7", "pages:1"))
	follow := func() (seen []uint64) {
		if err := j.Events(t.Context(), "", job.ID, func(e record.Event) error {
			seen = append(seen, e.Seq)
			return nil
		}); err != nil {
			t.Error(err)
		}
		return seen
	}
	during, after := follow(), follow()
	if len(during) != 1+2+8+1 || !slices.Equal(during, after) {
		t.Errorf("seen while it ran %v, then %v", during, after)
	}
}

func TestOthersSeeNothing(t *testing.T) {
	j := newFixture(t).open()
	r := request("pages:1")
	r.Owner = "alice"
	job := submit(t, j, r)
	ended(t, j, "alice", job.ID, record.Succeeded)
	for name, ask := range map[string]func(string) error{
		"get":    func(o string) error { _, err := j.Get(t.Context(), o, job.ID); return err },
		"result": func(o string) error { _, err := j.Result(t.Context(), o, job.ID, -1); return err },
		"page":   func(o string) error { _, err := j.Page(t.Context(), o, job.ID, 0, 1); return err },
		"cancel": func(o string) error { _, err := j.Cancel(t.Context(), o, job.ID); return err },
		"events": func(o string) error {
			return j.Events(t.Context(), o, job.ID, func(record.Event) error { return nil })
		},
	} {
		if err := ask("alice"); err != nil {
			t.Errorf("%s as its owner: %v", name, err)
		}
		for _, other := range []string{"bob", ""} {
			p, ok := errors.AsType[*document.Problem](ask(other))
			if !ok || p.Code != document.CodeNotFound {
				t.Errorf("%s as %q: %v", name, other, p)
			}
		}
	}
	if mine, _, _ := j.List(t.Context(), index.Query{Owner: "alice", Limit: 9}); len(mine) != 1 {
		t.Errorf("the owner's list has %d jobs", len(mine))
	}
	if others, _, _ := j.List(t.Context(), index.Query{Owner: "bob", Limit: 9}); len(others) != 0 {
		t.Errorf("another's list has %d jobs", len(others))
	}
}

func TestTheSameRequestIsTheSameJob(t *testing.T) {
	f := newFixture(t)
	j := f.start()
	ask := func(owner, key, script, password string) (index.Job, error) {
		r := request(script)
		r.Owner, r.Key = owner, key
		if password != "" {
			r.Values["password"] = password
		}
		return j.Submit(t.Context(), r)
	}
	first, err := ask("a", "k", "pages:1", "x")
	if err != nil {
		t.Fatal(err)
	}
	var jobsAtOnce sync.WaitGroup
	for range 4 {
		jobsAtOnce.Go(func() {
			if again, err := ask("a", "k", "pages:1", "x"); err != nil || again.ID != first.ID {
				t.Errorf("the same again: %s, %v", again.ID, err)
			}
		})
	}
	jobsAtOnce.Wait()
	for name, other := range map[string]func() (index.Job, error){
		"another body":     func() (index.Job, error) { return ask("a", "k", "pages:2", "x") },
		"another password": func() (index.Job, error) { return ask("a", "k", "pages:1", "y") },
		"another deadline": func() (index.Job, error) {
			r := request("pages:1")
			r.Owner, r.Key, r.Values["password"], r.Timeout = "a", "k", "x", time.Hour
			return j.Submit(t.Context(), r)
		},
	} {
		_, err := other()
		if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodeKeyReused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if other, err := ask("b", "k", "pages:2", ""); err != nil || other.ID == first.ID {
		t.Errorf("another owner's key: %v", err)
	}
	ended(t, j, "a", first.ID, record.Succeeded)
	if err := j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	j = f.open()
	if again, err := ask("a", "k", "pages:1", "x"); err != nil || again.ID != first.ID || again.State != record.Succeeded {
		t.Errorf("after a restart: %+v, %v", again, err)
	}
}

func TestPasswordsAreNotStoredInTheClear(t *testing.T) {
	f := newFixture(t)
	j := f.open()
	r := request("pages:1 secret")
	r.Values["password"] = "correct horse"
	job := submit(t, j, r)
	ended(t, j, "", job.ID, record.Succeeded)
	if err := filepath.WalkDir(f.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if strings.Contains(string(b), "correct horse") {
			t.Errorf("%s has the password", path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// A key whose job was forgotten makes another one, also when the first was a moment ago.
func TestKeyServesAgain(t *testing.T) {
	f := newFixture(t)
	f.cfg.Keep, f.cfg.TaskPages = time.Millisecond, 1
	j := f.open()
	r := request("pages:3")
	r.Key = "the same each day"
	first := submit(t, j, r)
	if _, err := j.Wait(t.Context(), "", first.ID, time.Minute); !forgotten(err) {
		t.Fatal(err)
	}
	var second index.Job
	for ticks := time.NewTicker(50 * time.Millisecond); ; <-ticks.C {
		var err error
		if second, err = j.Submit(t.Context(), r); err == nil {
			break
		}
		if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodeKeyReused {
			t.Fatal(err)
		}
	}
	job, err := j.Wait(t.Context(), "", second.ID, 20*time.Second)
	if !forgotten(err) || err == nil && !job.State.Ended() {
		t.Errorf("the second job is %s, %v", job.State, err)
	}
}

// forgotten reports whether a job that was asked for was there, or is not any more.
func forgotten(err error) bool {
	p, ok := errors.AsType[*document.Problem](err)
	return err == nil || ok && p.Code == document.CodeNotFound
}
