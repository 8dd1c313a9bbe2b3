package files

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/backoff"
)

// usage is how much the files of an owner take.
type usage struct {
	bytes   int64
	files   int
	counted time.Time
}

// recount is how long a count is trusted. Other gateways may receive files too.
const recount = 10 * time.Second

// admit refuses a client that has no room for so many bytes more. A new file counts with its full
// size.
func (f *Files) admit(ctx context.Context, owner string, bytes int64, begins bool) error {
	u, err := f.count(ctx, owner)
	if err != nil {
		return err
	}
	full := func(limit, format string, args ...any) error {
		p := document.Problemf(document.CodeTooManyRequests, document.PhaseAdmission, format, args...).Retry()
		p.Limit = "files." + limit
		return p
	}
	switch {
	case u.bytes+bytes > f.cfg.MaxBytesPerClient:
		return full("max_bytes_per_client", "the files of this client take %d bytes of its %d: delete some, or wait until they expire", u.bytes, f.cfg.MaxBytesPerClient)
	case begins && u.files >= f.cfg.MaxPerClient:
		return full("max_per_client", "there are %d files of this client, its limit: delete some, or wait until they expire", u.files)
	}
	if begins {
		f.mu.Lock()
		defer f.mu.Unlock()
		u.files++
		f.usage[owner] = u
	}
	return nil
}

// count returns what an owner has.
func (f *Files) count(ctx context.Context, owner string) (usage, error) {
	f.mu.Lock()
	u := f.usage[owner]
	f.mu.Unlock()
	if f.now().Sub(u.counted) < recount {
		return u, nil
	}
	u = usage{counted: f.now()}
	prefix := strings.Join([]string{root, folderOf(owner), ""}, slash)
	err := f.blobs.List(ctx, prefix, func(key string, size int64, _ time.Time) error {
		u.bytes += size
		if strings.HasSuffix(key, "/head") {
			u.files++
		}
		return nil
	})
	if err != nil {
		return u, unavailable(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.usage[owner] = u
	return u, nil
}

// used counts received bytes.
func (f *Files) used(owner string, bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.usage[owner]
	u.bytes += bytes
	f.usage[owner] = u
	f.received += bytes
}

// Received is how many bytes were received so far.
func (f *Files) Received() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.received
}

// forgetUsage forces a recount for an owner.
func (f *Files) forgetUsage(owner string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.usage, owner)
}

// sweepInterval is how often expired files are looked for.
const sweepInterval = 10 * time.Minute

// Sweep removes expired files until ctx ends. Several programs may do so at once.
func (f *Files) Sweep(ctx context.Context) {
	for {
		if err := f.sweep(ctx); err != nil && ctx.Err() == nil {
			f.log.WarnContext(ctx, "files that have expired are left", "error", err)
		}
		if backoff.Sleep(ctx, sweepInterval) != nil {
			return
		}
	}
}

func (f *Files) sweep(ctx context.Context) error {
	changed := map[string]time.Time{} // by the key of a file, or of what finds it
	for _, prefix := range []string{root + slash, sums + slash} {
		err := f.blobs.List(ctx, prefix, func(key string, _ int64, at time.Time) error {
			words := strings.SplitN(key, slash, 4)
			of := strings.Join(words[:min(len(words), 3)], slash)
			if at.After(changed[of]) {
				changed[of] = at
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	f.mu.Lock()
	clear(f.usage)
	f.mu.Unlock()
	for of, at := range changed {
		if f.now().Before(at.Add(f.cfg.Keep)) {
			continue
		}
		remove := f.blobs.DeleteAll
		if strings.HasPrefix(of, sums) {
			remove = f.blobs.Delete
		}
		if err := remove(ctx, of); err != nil {
			return err
		}
	}
	return nil
}

// newTag tells apart pieces that begin at the same byte.
func newTag() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
