package worker

import (
	"context"
	"fmt"
	"math"
	"sync"

	"ocr-gateway/document"
	"ocr-gateway/jobs/record"
)

// sources are the files being read, each fetched once for all tasks that read it.
type sources struct {
	mu   sync.Mutex
	open map[string]*shared // by blob
}

type shared struct {
	users int
	get   func() (*document.Source, error)
}

// get returns a copy of a file, and a function that must be called when it is no longer used.
func (s *sources) get(ctx context.Context, blobs Blobs, f record.File, dir string) (*document.Source, func(), error) {
	s.mu.Lock()
	one := s.open[f.Blob]
	if one == nil {
		one = &shared{get: sync.OnceValues(func() (*document.Source, error) { return fetch(ctx, blobs, f, dir) })}
		s.open[f.Blob] = one
	}
	one.users++
	s.mu.Unlock()
	src, err := one.get()
	release := func() {
		s.mu.Lock()
		one.users--
		last := one.users == 0
		if last || err != nil {
			delete(s.open, f.Blob)
		}
		s.mu.Unlock()
		if last && src != nil {
			src.Close()
		}
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	return src, release, nil
}

func fetch(ctx context.Context, blobs Blobs, f record.File, dir string) (*document.Source, error) {
	r, err := blobs.Get(ctx, f.Blob)
	if err != nil {
		return nil, fmt.Errorf("get file: %w", err)
	}
	defer r.Close()
	src, err := document.ReadSource(f.Name, r, math.MaxInt64-1, dir)
	if err != nil {
		return nil, fmt.Errorf("get file: %w", err)
	}
	if src.Size != f.Size {
		src.Close()
		return nil, fmt.Errorf("get file: it has %d bytes in place of %d", src.Size, f.Size)
	}
	return src, nil
}
