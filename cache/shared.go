package cache

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
)

// Blobs store bytes by key, for several programs.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader) error
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	Delete(ctx context.Context, key string) error
	List(ctx context.Context, prefix string, found func(key string, size int64, changed time.Time) error) error
}

// Shared keeps entries in storage that several programs share: what one has read, all find. The
// oldest go first. It is safe for concurrent use.
type Shared struct {
	blobs Blobs
	max   int64
	log   *slog.Logger
	pause atomic.Int64 // time until which the storage is not asked after a failure, in Unix nanoseconds
}

const (
	prefix = "cache/"
	// askTimeout limits a read or write: reading the page itself takes about as long.
	askTimeout = 3 * time.Second
	// failPause is how long a storage that failed is left alone.
	failPause = 10 * time.Second
	// sweepInterval is the time between recounts. The limit may be exceeded by what is written in
	// between.
	sweepInterval = 10 * time.Minute
	// maxEntry is the largest entry that is read.
	maxEntry = 64 << 20
)

// Share makes a cache in a storage.
func Share(blobs Blobs, cfg Config, log *slog.Logger) *Shared {
	return &Shared{blobs: blobs, max: cfg.MaxBytes, log: log}
}

// Get returns the value of a key, and whether there is one.
func (s *Shared) Get(key Key) ([]byte, bool) {
	if s.paused() {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	r, err := s.blobs.Get(ctx, name(key))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.failed(err)
		}
		return nil, false
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxEntry))
	if err != nil {
		s.failed(err)
		return nil, false
	}
	if len(b) < sha256.Size || checksum(key, b[sha256.Size:]) != Key(b[:sha256.Size]) {
		s.log.Warn("damaged cache entry is not used", "key", name(key))
		return nil, false // the page is read again and replaces it
	}
	return b[sha256.Size:], true
}

// Put keeps a value, unless it is large or the storage fails.
func (s *Shared) Put(key Key, value []byte) {
	if s.paused() || int64(len(value)) > min(s.max/largestShare, maxEntry-sha256.Size) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	sum := checksum(key, value)
	if err := s.blobs.Put(ctx, name(key), io.MultiReader(bytes.NewReader(sum[:]), bytes.NewReader(value))); err != nil {
		s.failed(err)
	}
}

func name(key Key) string {
	digits := hex.EncodeToString(key[:])
	return prefix + digits[:2] + "/" + digits[2:]
}

func (s *Shared) paused() bool { return time.Now().UnixNano() < s.pause.Load() }

// failed avoids the storage for a while: pages are read without it.
func (s *Shared) failed(err error) {
	s.pause.Store(time.Now().Add(failPause).UnixNano())
	s.log.Warn("the shared cache cannot be used", "pause", failPause, "error", err)
}

// Sweep removes the oldest entries whenever they exceed the limit, until ctx ends. Each program
// that shares them does.
func (s *Shared) Sweep(ctx context.Context) {
	tick := time.NewTicker(sweepInterval)
	defer tick.Stop()
	for {
		if err := s.shrink(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("shared cache not counted", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// shrink counts the entries and, when they exceed the limit, removes the oldest until a tenth is
// free.
func (s *Shared) shrink(ctx context.Context) error {
	type blob struct {
		key     string
		size    int64
		changed time.Time
	}
	var all []blob
	var size int64
	if err := s.blobs.List(ctx, prefix, func(key string, n int64, changed time.Time) error {
		all = append(all, blob{key, n, changed})
		size += n
		return nil
	}); err != nil || size <= s.max {
		return err
	}
	slices.SortFunc(all, func(a, b blob) int { return cmp.Or(a.changed.Compare(b.changed), cmp.Compare(a.key, b.key)) })
	for _, b := range all {
		if size <= s.max/10*kept {
			break
		}
		if err := s.blobs.Delete(ctx, b.key); err != nil {
			return err
		}
		size -= b.size
	}
	return nil
}
