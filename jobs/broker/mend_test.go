package broker

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/jobs/record"
)

// heard passes on when something was logged that contains a text.
type heard struct {
	text string
	once sync.Once
	told chan struct{}
}

func (h *heard) Write(line []byte) (int, error) {
	if strings.Contains(string(line), h.text) {
		h.once.Do(func() { close(h.told) })
	}
	return len(line), nil
}

// ids follows the log for the jobs of its events.
type ids chan string

func (i ids) See(e record.Event) { i <- e.ID }
func (i ids) CaughtUp()          {}
func (i ids) Anew()              { i <- "anew" }

// TestLogIsReadAnew until that succeeds; what it had is there, and who follows it goes on.
func TestLogIsReadAnew(t *testing.T) {
	dir, failed := t.TempDir(), &heard{text: "not read anew", told: make(chan struct{})}
	b, err := Open(t.Context(), DefaultConfig(), dir, slog.New(slog.NewTextHandler(failed, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	seen, following := make(ids, 10), sync.WaitGroup{}
	ctx, stop := context.WithCancel(t.Context())
	following.Go(func() { b.Follow(ctx, seen) })
	defer following.Wait()
	defer stop()
	if _, _, err := b.Append(t.Context(), record.Event{ID: "a", Job: &record.Job{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	next(t, seen, "a")
	store, away := filepath.Join(dir, "jetstream"), filepath.Join(dir, "away")
	if err := os.Rename(store, away); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store, nil, 0o600); err != nil { // no folder, so that nothing can be opened there
		t.Fatal(err)
	}
	b.mend()
	<-failed.told
	if err := os.Remove(store); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(away, store); err != nil {
		t.Fatal(err)
	}
	b.menders.Wait()
	if e, there, err := b.Job(t.Context(), "a"); err != nil || !there || e.Job.ID != "a" {
		t.Errorf("the job is %v, %t, %v", e.Job, there, err)
	}
	if _, first, err := b.Append(t.Context(), record.Event{ID: "b", Job: &record.Job{ID: "b"}}); err != nil || !first {
		t.Errorf("appended: %t, %v", first, err)
	}
	next(t, seen, "b")
}

// next is of what a follower sees next.
func next(t *testing.T, seen ids, want string) {
	t.Helper()
	select {
	case got := <-seen:
		if got != want {
			t.Errorf("%s is seen in place of %s", got, want)
		}
	case <-time.After(time.Minute):
		t.Fatal(want + " is not seen within a minute")
	}
}
