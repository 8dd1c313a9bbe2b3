package broker

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"ocr-gateway/jobs/record"
)

// TestNewerLogIsRefused, as it is: the version that wrote it goes on with it.
func TestNewerLogIsRefused(t *testing.T) {
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	newer, err := Open(t.Context(), DefaultConfig(), dir, log)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := newer.Append(t.Context(), record.Event{ID: "a", Job: &record.Job{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	cfg := newer.events.CachedInfo().Config
	cfg.Metadata = map[string]string{formatKey: strconv.Itoa(record.Format + 1)}
	if _, err := newer.js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := newer.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), DefaultConfig(), dir, log); !errors.Is(err, errNewer) {
		t.Fatalf("opened with %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "jetstream", "$G", "streams", streamEvents, "msgs", "1.blk"))
	if err != nil || info.Size() == 0 {
		t.Errorf("of its messages is left: %v, %v", info, err)
	}
}
