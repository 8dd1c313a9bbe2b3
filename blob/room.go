package blob

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
	"time"

	"ocr-gateway/document"
)

// room is how much a folder may still take. Other programs may use the folder too, so that it is
// recounted now and then.
type room struct {
	dir   string
	max   int64                 // bytes in the folder; 0 means any
	keep  int64                 // bytes to keep free on its disk
	count func() (int64, error) // what is in the folder

	mu      sync.Mutex
	used    int64
	counted time.Time
}

const (
	staleAfter = time.Minute
	fullAfter  = 5 * time.Second // while it is full, others may have deleted
)

// take reserves n bytes, or says why there is no room.
func (r *room) take(n int64) error {
	var s syscall.Statfs_t
	if r.keep > 0 && syscall.Statfs(r.dir, &s) == nil && int64(s.Bavail)*s.Bsize-n < r.keep {
		return full("min_free_disk")
	}
	if r.max == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	age := time.Since(r.counted)
	if age > staleAfter || age > fullAfter && r.used+n > r.max {
		if err := r.recount(); err != nil {
			return err
		}
	}
	if r.used+n > r.max {
		return full("max_bytes")
	}
	r.used += n
	return nil
}

// recount sets what is used. mu is held.
func (r *room) recount() error {
	used, err := r.count()
	if err != nil {
		return fmt.Errorf("count what is stored: %w", err)
	}
	r.used, r.counted = used, time.Now()
	return nil
}

// give returns n bytes.
func (r *room) give(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used = max(0, r.used-n)
}

// stale forces a recount.
func (r *room) stale() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counted = time.Time{}
}

// full is the problem when there is no room.
func full(limit string) *document.Problem {
	p := document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "the server has no room left to keep this; try again later").Retry()
	p.Limit = "blob." + limit
	return p
}

// taking is a writer that reserves room for what it writes.
type taking struct {
	w     io.Writer
	room  *room
	taken int64
}

func (t *taking) Write(p []byte) (int, error) {
	if err := t.room.take(int64(len(p))); err != nil {
		return 0, err
	}
	t.taken += int64(len(p))
	n, err := t.w.Write(p)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = full("min_free_disk").Because(err)
	}
	return n, err
}
