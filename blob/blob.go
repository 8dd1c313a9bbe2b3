// Package blob stores bytes by key, completely or not at all: in a folder, or in storage that
// speaks S3.
package blob

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// Store stores bytes by key. It is safe for concurrent use, also by several programs. Keys are
// made by this program, see checkKey, and never by clients. Where there is a key a/b there must be
// no key a: some storage behind S3 is a file system.
type Store interface {
	// Put stores all of r. When it returns without error, that survives a crash; on an error, or
	// when the program ends before, the key keeps what it had. Of several at once the last one
	// stays. Where there is no room, the error is a *document.Problem.
	Put(ctx context.Context, key string, r io.Reader) error
	// Get opens the value of a key, which stays readable when it is replaced or deleted meanwhile.
	// A missing key is fs.ErrNotExist.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes a key; a missing one is no error.
	Delete(ctx context.Context, key string) error
	// DeleteAll removes all keys below one: for a, those that begin with a/.
	DeleteAll(ctx context.Context, key string) error
	// List calls found for all keys that begin with prefix, in any order, until it returns an
	// error. It may or may not see concurrent changes.
	List(ctx context.Context, prefix string, found func(key string, size int64, changed time.Time) error) error
	// Close frees the store's connections, once nothing uses it.
	Close() error
}

// Open opens the configured storage; nil when none is configured.
func Open(cfg Config, log *slog.Logger) (Store, error) {
	switch {
	case cfg.S3.Bucket != "":
		return openBucket(cfg.S3)
	case cfg.Dir != "":
		return openFolder(cfg, log)
	default:
		return nil, nil
	}
}

const (
	maxKey     = 512
	maxSegment = 128
)

// checkKey says what is wrong with a key: it is segments of ASCII letters, digits, ".", "_"
// and "-" with slashes between; none begins with a dot, or is empty. So it is a path below a
// folder, and an object's name, as it stands.
func checkKey(key string) error {
	if len(key) > maxKey {
		return fmt.Errorf("blob: a key of %d bytes is longer than %d", len(key), maxKey)
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment[0] == '.' || len(segment) > maxSegment || strings.IndexFunc(segment, unfit) >= 0 {
			return fmt.Errorf("blob: %q is no key", key)
		}
	}
	return nil
}

func unfit(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == '_' || r == '-')
}

// guarded is a foreign reader. Its own io.ErrUnexpectedEOF, as that of an upload that was cut off,
// is not taken for an end; it ends with ctx.
type guarded struct {
	ctx context.Context
	r   io.Reader
}

func (g guarded) Read(p []byte) (int, error) {
	if g.ctx.Err() != nil {
		return 0, context.Cause(g.ctx)
	}
	n, err := g.r.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // only a bare EOF is an end
		err = fmt.Errorf("read: %w", err)
	}
	return n, err
}
