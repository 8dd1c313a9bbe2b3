package broker

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

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

// TestLogIsReadAnew until that succeeds; what it had is there.
func TestLogIsReadAnew(t *testing.T) {
	dir, failed := t.TempDir(), &heard{text: "not read anew", told: make(chan struct{})}
	b, err := Open(t.Context(), DefaultConfig(), dir, slog.New(slog.NewTextHandler(failed, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, _, err := b.Append(t.Context(), record.Event{ID: "a", Job: &record.Job{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
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
}
