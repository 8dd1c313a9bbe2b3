package files

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/document"
)

// piece is a part of a file that has been received.
type piece struct {
	key      string
	at, size int64
	skip     int64 // bytes at its start that the one before it has, too
}

const (
	// pieceSize is how much a client may have to send again after a crash of this program.
	pieceSize = 16 << 20
	// maxPieces limits the pieces of a file whose client sends it in crumbs.
	maxPieces = 2000
)

// look finds the pieces of a file, and when its last blob was written.
func (f *Files) look(ctx context.Context, file *File) (changed time.Time, err error) {
	var all []piece
	whole := false
	prefix := f.keyOf(file.owner, file.ID, "")
	err = f.blobs.List(ctx, prefix, func(key string, size int64, at time.Time) error {
		if at.After(changed) {
			changed = at
		}
		name := strings.TrimPrefix(key, prefix)
		whole = whole || name == "sha256"
		if start, _, ok := strings.Cut(strings.TrimPrefix(name, "at-"), "-"); ok {
			n, err := strconv.ParseInt(start, 10, 64)
			if err != nil {
				return fmt.Errorf("files: %q is no piece", key)
			}
			all = append(all, piece{key: key, at: n, size: size})
		}
		return nil
	})
	if err != nil {
		return changed, unavailable(err)
	}
	file.pieces, file.Offset = chain(all)
	if whole {
		sum, err := f.read(ctx, prefix+"sha256")
		if err != nil {
			return changed, err
		}
		file.SHA256 = string(sum)
	}
	return changed, nil
}

// chain puts pieces in a row, and says where it ends. A client that took a connection for dead may
// have sent the same bytes twice at once: overlaps are taken once, and more pieces never make a
// file shorter.
func chain(all []piece) (row []piece, end int64) {
	slices.SortFunc(all, func(a, b piece) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.key, b.key)) })
	for {
		var best piece // that reaches farthest
		for len(all) > 0 && all[0].at <= end {
			if all[0].at+all[0].size > best.at+best.size {
				best = all[0]
			}
			all = all[1:]
		}
		if best.at+best.size <= end {
			return row, end
		}
		best.skip = end - best.at
		row, end = append(row, best), best.at+best.size
	}
}

// Check is the expected checksum of a piece: the hash and its sum. The zero value accepts
// anything.
type Check struct {
	Hash hash.Hash
	Sum  []byte
}

// Append adds a piece to a file, at the offset where its client believes it to end. What was
// received before body fails is kept, unless there is a check; the file returned with the error
// includes it.
func (f *Files) Append(ctx context.Context, owner, id string, offset int64, body io.Reader, c Check) (File, error) {
	file, err := f.Get(ctx, owner, id)
	if err != nil {
		return File{}, err
	}
	if offset != file.Offset {
		return file, document.Problemf(document.CodeOffsetConflict, document.PhaseAdmission,
			"%d bytes of the file are here, and the piece begins at %d: ask with HEAD where to go on", file.Offset, offset)
	}
	if len(file.pieces) >= maxPieces {
		return file, document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission,
			"the file came in %d pieces, the most that one may have: begin anew with larger ones", len(file.pieces))
	}
	if err := f.admit(ctx, owner, 0, false); err != nil {
		return file, err
	}
	// What was received is kept even when the client is gone.
	durable := context.WithoutCancel(ctx)
	failed := f.take(durable, &file, &incoming{r: body, left: file.Size - offset, check: c})
	if failed == nil && file.Offset == file.Size && !file.Whole() {
		failed = f.complete(durable, &file)
	}
	file.Expires = f.now().Add(f.cfg.Keep)
	return file, failed
}

// take stores what comes, in pieces.
func (f *Files) take(ctx context.Context, file *File, in *incoming) error {
	for !in.ended {
		in.came, in.room = 0, pieceSize
		if in.check.Hash != nil {
			in.room = in.left + 1 // with a checksum, it is kept completely or not at all
		}
		key := f.keyOf(file.owner, file.ID, fmt.Sprintf("at-%016d-%s", file.Offset, newTag()))
		if err := f.blobs.Put(ctx, key, in); err != nil {
			if in.refused != nil {
				return in.refused
			}
			return unavailable(err)
		}
		if size := in.came; size > 0 {
			file.pieces = append(file.pieces, piece{key: key, at: file.Offset, size: size})
			file.Offset += size
			f.used(file.owner, size)
		} else if err := f.blobs.Delete(ctx, key); err != nil { // an empty piece
			return unavailable(err)
		}
	}
	return in.failed
}

// incoming is what a client sends: it ends where the client fails, and fails where what came must
// not be kept.
type incoming struct {
	r       io.Reader
	left    int64 // that the file may still take
	room    int64 // that this piece may
	came    int64 // of this piece
	check   Check
	ended   bool
	failed  error // of the client
	refused error // why nothing may be kept
}

func (in *incoming) Read(p []byte) (int, error) {
	if in.ended || in.room == 0 {
		return 0, io.EOF
	}
	n, err := in.r.Read(p[:min(int64(len(p)), in.room, in.left+1)])
	if int64(n) > in.left {
		return 0, in.refuse(document.Problemf(document.CodeTooLarge, document.PhaseAdmission, "there is more than the file was to have by its Upload-Length"))
	}
	in.left -= int64(n)
	in.room -= int64(n)
	in.came += int64(n)
	if in.check.Hash != nil {
		in.check.Hash.Write(p[:n])
	}
	if err == nil {
		return n, nil
	}
	in.ended = true
	if err != io.EOF { // only a bare EOF is an end
		in.failed = err
	}
	if in.check.Hash == nil {
		return n, io.EOF
	}
	if in.failed != nil {
		return 0, in.refuse(in.failed)
	}
	if !slices.Equal(in.check.Hash.Sum(nil), in.check.Sum) {
		return 0, in.refuse(document.Problemf(document.CodeChecksumMismatch, document.PhaseAdmission,
			"the piece has another checksum than its Upload-Checksum says: send it again").Retry())
	}
	return n, io.EOF
}

func (in *incoming) refuse(err error) error {
	in.ended, in.refused = true, err
	return err
}

// complete records the checksum of a complete file.
func (f *Files) complete(ctx context.Context, file *File) error {
	h := sha256.New()
	r := f.reader(ctx, *file)
	_, err := io.Copy(h, r)
	if err := errors.Join(err, r.Close()); err != nil {
		return unavailable(err)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	for key, value := range map[string]string{
		f.keyOf(file.owner, file.ID, "sha256"):                         sum,
		strings.Join([]string{sums, folderOf(file.owner), sum}, slash): file.ID,
	} {
		if err := f.blobs.Put(ctx, key, strings.NewReader(value)); err != nil {
			return unavailable(err)
		}
	}
	file.SHA256 = sum
	return nil
}

// Open opens a complete file.
func (f *Files) Open(ctx context.Context, owner, id string) (File, io.ReadCloser, error) {
	file, err := f.Get(ctx, owner, id)
	if err != nil {
		return File{}, nil, err
	}
	if file.Offset == file.Size && !file.Whole() { // a crash came in between
		if err := f.complete(ctx, &file); err != nil {
			return File{}, nil, err
		}
	}
	if !file.Whole() {
		return File{}, nil, document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission,
			"the file %s is not complete: %d of %d bytes have been sent", id, file.Offset, file.Size)
	}
	return file, f.reader(ctx, file), nil
}

func (f *Files) reader(ctx context.Context, file File) io.ReadCloser {
	return &reader{ctx: ctx, blobs: f.blobs, pieces: file.pieces}
}

// reader reads pieces one after the other.
type reader struct {
	ctx    context.Context
	blobs  Blobs
	pieces []piece
	open   io.ReadCloser
}

func (r *reader) Read(p []byte) (int, error) {
	for {
		if r.open == nil {
			if len(r.pieces) == 0 {
				return 0, io.EOF
			}
			var err error
			if r.open, err = r.blobs.Get(r.ctx, r.pieces[0].key); err != nil {
				return 0, unavailable(err)
			}
			if _, err := io.CopyN(io.Discard, r.open, r.pieces[0].skip); err != nil {
				return 0, unavailable(err)
			}
			r.pieces = r.pieces[1:]
		}
		n, err := r.open.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		err = r.Close()
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (r *reader) Close() error {
	if r.open == nil {
		return nil
	}
	open := r.open
	r.open = nil
	return open.Close()
}
