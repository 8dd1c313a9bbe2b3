// Package files keeps documents that clients send before they use them, in as many pieces
// as their network makes of them, until their time is over.
//
// A file is a folder of blobs: its head, the pieces, each named by where it begins, and, when
// it is whole, its SHA-256. Pieces never change, so that any gateway with the same
// storage can take the next one, and none that was acknowledged is lost.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"ocr-gateway/document"
)

// Blobs store bytes by key. They are safe for concurrent use.
type Blobs interface {
	// Put stores all of r durably, or leaves the key as it was.
	Put(ctx context.Context, key string, r io.Reader) error
	// Get reads a blob; the error is fs.ErrNotExist where there is none.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes a key; a missing one is no error.
	Delete(ctx context.Context, key string) error
	// DeleteAll removes all keys below one: for a, those that begin with a/.
	DeleteAll(ctx context.Context, key string) error
	// List calls found for all keys that begin with prefix, until it returns an error.
	List(ctx context.Context, prefix string, found func(key string, size int64, changed time.Time) error) error
}

// File describes a file.
type File struct {
	ID      string
	Name    string // as the client calls it
	Size    int64  // when it is complete
	Offset  int64  // bytes received
	SHA256  string // in hexadecimal, when it is complete
	Expires time.Time

	owner  string
	pieces []piece
}

// Whole reports whether the file is complete.
func (f File) Whole() bool { return f.SHA256 != "" }

// head is what the client said when it created the file.
type head struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Files is safe for concurrent use, also by several programs with the same storage.
type Files struct {
	cfg   Config
	most  int64 // bytes of one file
	blobs Blobs
	log   *slog.Logger
	now   func() time.Time

	mu       sync.Mutex
	usage    map[string]usage // by owner, for a short time
	received int64
}

// New makes Files of at most most bytes each.
func New(cfg Config, most int64, blobs Blobs, log *slog.Logger) *Files {
	return &Files{cfg: cfg, most: most, blobs: blobs, log: log, now: time.Now, usage: map[string]usage{}}
}

const (
	root  = "files"
	sums  = "filesums" // owner and SHA-256 to id
	slash = "/"
)

// folderOf is the folder of an owner: nobody can address what is in another's.
func folderOf(owner string) string {
	sum := sha256.Sum256([]byte(owner))
	return hex.EncodeToString(sum[:16])
}

func (f *Files) keyOf(owner, id, name string) string {
	return strings.Join([]string{root, folderOf(owner), id, name}, slash)
}

// Create creates a file of a client, without content.
func (f *Files) Create(ctx context.Context, owner, name string, size int64) (File, error) {
	switch {
	case size < 1:
		return File{}, document.Invalid("Upload-Length", "the file has no bytes: say in Upload-Length how many there are")
	case size > f.most:
		return File{}, document.TooLarge(f.most)
	}
	if err := f.admit(ctx, owner, size, true); err != nil {
		return File{}, err
	}
	file := File{ID: uuid.Must(uuid.NewRandom()).String(), Name: name, Size: size, Expires: f.now().Add(f.cfg.Keep), owner: owner}
	b, err := json.Marshal(head{name, size})
	if err != nil {
		return File{}, fmt.Errorf("files: %w", err)
	}
	if err := f.blobs.Put(ctx, f.keyOf(owner, file.ID, "head"), strings.NewReader(string(b))); err != nil {
		return File{}, unavailable(err)
	}
	return file, nil
}

// Get describes a file. Those of other owners, and expired ones, do not exist to the caller.
func (f *Files) Get(ctx context.Context, owner, id string) (File, error) {
	if uuid.Validate(id) != nil || len(id) != 36 {
		return File{}, notFound()
	}
	h, err := f.head(ctx, owner, id)
	if err != nil {
		return File{}, err
	}
	file := File{ID: id, Name: h.Name, Size: h.Size, owner: owner}
	changed, err := f.look(ctx, &file)
	if err != nil {
		return File{}, err
	}
	file.Expires = changed.Add(f.cfg.Keep)
	if !f.now().Before(file.Expires) {
		return File{}, notFound()
	}
	return file, nil
}

// Sum finds an owner's complete file by its SHA-256 in hexadecimal.
func (f *Files) Sum(ctx context.Context, owner, sum string) (File, error) {
	if b, err := hex.DecodeString(sum); err != nil || len(b) != sha256.Size {
		return File{}, document.Invalid("sha256", "sha256 must be 64 hexadecimal digits")
	}
	sum = strings.ToLower(sum)
	id, err := f.read(ctx, strings.Join([]string{sums, folderOf(owner), sum}, slash))
	if err != nil {
		return File{}, err
	}
	file, err := f.Get(ctx, owner, string(id))
	if err == nil && file.SHA256 != sum {
		err = notFound()
	}
	return file, err
}

// Delete removes a file; a missing one is an error.
func (f *Files) Delete(ctx context.Context, owner, id string) error {
	file, err := f.Get(ctx, owner, id)
	if err != nil {
		return err
	}
	if err := f.blobs.DeleteAll(ctx, strings.Join([]string{root, folderOf(owner), file.ID}, slash)); err != nil {
		return unavailable(err)
	}
	f.forgetUsage(owner)
	return nil
}

func (f *Files) head(ctx context.Context, owner, id string) (h head, err error) {
	b, err := f.read(ctx, f.keyOf(owner, id, "head"))
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return h, fmt.Errorf("files: head of %s: %w", id, err)
	}
	return h, nil
}

// read reads a small blob.
func (f *Files) read(ctx context.Context, key string) ([]byte, error) {
	r, err := f.blobs.Get(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound()
	}
	if err != nil {
		return nil, unavailable(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, unavailable(err)
	}
	return b, nil
}

func notFound() error {
	return document.Problemf(document.CodeNotFound, document.PhaseAdmission, "there is no such file; files are forgotten some time after they were sent")
}

// unavailable is the problem of storage that does not answer.
func unavailable(err error) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "files cannot be kept at the moment; try again later").Retry().Because(err)
}
