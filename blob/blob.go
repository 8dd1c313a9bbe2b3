// Package blob keeps bytes by key, whole or not at all: in a folder, or in storage that
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

// Store keeps bytes by key. It is safe for concurrent use, also by several programs. Keys
// are the program's own, see CheckKey, and never what a client called something. Where there
// is a key a/b there should be none a: some storage behind S3 is a file system.
type Store interface {
	// Put keeps what r gives up to its end. When it returns without error, that survives a
	// crash; with one, or when the program ends before, the key has what it had. The last of
	// several at once stays. Where there is no room, the error is a *document.Problem.
	Put(ctx context.Context, key string, r io.Reader) error
	// Get reads what a key has, which stays readable when it is put again or deleted
	// meanwhile. Without anything there the error is fs.ErrNotExist.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes a key; that there is none is no error.
	Delete(ctx context.Context, key string) error
	// DeleteAll removes all keys below one: of a those that begin with a/.
	DeleteAll(ctx context.Context, key string) error
	// List calls found for all keys that begin with prefix, in no order, until it
	// returns an error. It may see what is put or deleted meanwhile, or not.
	List(ctx context.Context, prefix string, found func(key string, size int64, changed time.Time) error) error
	// Close frees what the store holds, once nothing uses it.
	Close() error
}

// Open opens the storage that the settings name; nil when they name none.
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

// CheckKey says what is wrong with a key: it is segments of ASCII letters, digits, ".", "_"
// and "-" with slashes between; none begins with a dot, or is empty. So it is a path below a
// folder, and an object's name, as it stands.
func CheckKey(key string) error {
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

// guarded is a foreign reader whose own io.ErrUnexpectedEOF, as that of an upload that was
// cut off, is not taken for an end; it ends with ctx.
type guarded struct {
	ctx context.Context
	r   io.Reader
}

func (g guarded) Read(p []byte) (int, error) {
	if g.ctx.Err() != nil {
		return 0, context.Cause(g.ctx)
	}
	n, err := g.r.Read(p)
	if err != nil && err != io.EOF { // only a bare EOF is an end
		err = fmt.Errorf("read: %w", err)
	}
	return n, err
}
