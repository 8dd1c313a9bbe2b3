package cache

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"ocr-gateway/blob"
)

func shared(t *testing.T, max int64) (one, two *Shared, store blob.Store) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := blob.Open(blob.Config{Dir: t.TempDir()}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	cfg := Config{MaxBytes: max}
	return Share(store, cfg, log), Share(store, cfg, log), store
}

// TestSharedEntries are found by all, whole or not at all.
func TestSharedEntries(t *testing.T) {
	one, two, store := shared(t, 1<<20)
	key := Key{1, 2, 3}
	if _, ok := two.Get(key); ok {
		t.Error("there is something before")
	}
	one.Put(key, []byte("a page"))
	if b, ok := two.Get(key); !ok || string(b) != "a page" {
		t.Errorf("%q, %t", b, ok)
	}
	if err := store.Put(t.Context(), name(key), bytes.NewReader([]byte("rubbish of some length, more than a checksum has"))); err != nil {
		t.Fatal(err)
	}
	if _, ok := two.Get(key); ok {
		t.Error("a damaged entry is used")
	}
	one.Put(key, make([]byte, 1<<20))
	if _, ok := two.Get(key); ok {
		t.Error("a large entry is kept")
	}
}

// TestSharedIsBounded: the oldest entries go.
func TestSharedIsBounded(t *testing.T) {
	one, two, store := shared(t, 1<<20)
	for i := range 30 {
		one.Put(Key{byte(i)}, make([]byte, 50<<10))
	}
	if err := two.shrink(t.Context()); err != nil {
		t.Fatal(err)
	}
	var size int64
	if err := store.List(t.Context(), prefix, func(_ string, n int64, _ time.Time) error { size += n; return nil }); err != nil {
		t.Fatal(err)
	}
	if size > 1<<20 || size < 1<<19 {
		t.Errorf("%d bytes are left", size)
	}
	if _, ok := one.Get(Key{0}); ok {
		t.Error("the oldest is left")
	}
	if _, ok := one.Get(Key{29}); !ok {
		t.Error("the newest is gone")
	}
}

// away is a storage that fails, and counts how often it is asked.
type away struct {
	Blobs
	asked int
}

func (a *away) Get(context.Context, string) (io.ReadCloser, error) {
	a.asked++
	return nil, errors.New("away")
}

// TestStorageThatFailsIsLeftAlone: pages are read without it.
func TestStorageThatFailsIsLeftAlone(t *testing.T) {
	blobs := &away{}
	s := Share(blobs, Config{MaxBytes: 1 << 20}, slog.New(slog.DiscardHandler))
	for range 5 {
		if _, ok := s.Get(Key{}); ok {
			t.Error("something is found")
		}
		s.Put(Key{}, nil)
	}
	if blobs.asked != 1 {
		t.Errorf("it is asked %d times", blobs.asked)
	}
}
