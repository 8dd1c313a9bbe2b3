package files_test

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the protocol's
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/blob"
	"ocr-gateway/blob/blobtest"
	"ocr-gateway/document"
	"ocr-gateway/files"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const most = 40 << 20

func storage(t *testing.T, cfg blob.Config) blob.Store {
	t.Helper()
	if cfg.S3.Bucket == "" {
		cfg.Dir = t.TempDir()
	}
	s, err := blob.Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func open(t *testing.T, s blob.Store, change ...func(*files.Config)) *files.Files {
	t.Helper()
	cfg := files.DefaultConfig()
	for _, f := range change {
		f(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	return files.New(cfg, most, s, slog.New(slog.DiscardHandler))
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

func sum(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

func create(t *testing.T, f *files.Files, owner string, size int) files.File {
	t.Helper()
	file, err := f.Create(t.Context(), owner, "a b.pdf", int64(size))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// send adds a piece and wants it taken.
func send(t *testing.T, f *files.Files, owner, id string, offset int64, piece []byte) files.File {
	t.Helper()
	file, err := f.Append(t.Context(), owner, id, offset, bytes.NewReader(piece), files.Check{})
	if err != nil || file.Offset != offset+int64(len(piece)) {
		t.Fatalf("at %d: %+v, %v", offset, file, err)
	}
	return file
}

// wantCode wants a problem.
func wantCode(t *testing.T, what string, err error, code document.Code) {
	t.Helper()
	if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func wantContent(t *testing.T, f *files.Files, owner, id string, want []byte) {
	t.Helper()
	file, r, err := f.Open(t.Context(), owner, id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) || file.SHA256 != sum(want) || !file.Whole() {
		t.Errorf("%d bytes of %d, %v, %+v", len(got), len(want), err, file)
	}
}

func TestPiecesMakeAFile(t *testing.T) {
	for name, cfg := range map[string]func(t *testing.T) blob.Config{
		"folder": func(*testing.T) blob.Config { return blob.Config{} },
		"bucket": func(t *testing.T) blob.Config { return blob.Config{S3: blobtest.Bucket(t, "..")} },
	} {
		t.Run(name, func(t *testing.T) {
			s := storage(t, cfg(t))
			for _, step := range []int{17<<20 + 5, 7 << 20} {
				content := random(17<<20 + 5)
				file := create(t, open(t, s), "me", len(content))
				for at := 0; at < len(content); at += step { // each by another gateway
					send(t, open(t, s), "me", file.ID, int64(at), content[at:min(at+step, len(content))])
				}
				wantContent(t, open(t, s), "me", file.ID, content)
			}
		})
	}
}

// cut is a body that ends before it should.
type cut struct{ r io.Reader }

var errGone = errors.New("the client is gone")

func (c cut) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("read: %w", errors.Join(io.ErrUnexpectedEOF, errGone))
	}
	return n, err
}

// TestWhatHasComeIsKept cuts uploads off at random until all is there: nothing is sent twice.
func TestWhatHasComeIsKept(t *testing.T) {
	s := storage(t, blob.Config{})
	content := random(300_000)
	file := create(t, open(t, s), "me", len(content))
	sent, at := 0, 0
	for n := 1; at < len(content); n++ {
		f := open(t, s)
		end := min(at+n*1777, len(content))
		ctx, cancel := context.WithCancel(t.Context())
		var body io.Reader = cut{bytes.NewReader(content[at:end])}
		if n%2 == 0 { // its context ends, too
			body = io.MultiReader(bytes.NewReader(content[at:end]), ending(cancel))
		}
		_, err := f.Append(ctx, "me", file.ID, int64(at), body, files.Check{})
		if !errors.Is(err, errGone) {
			t.Fatal(err)
		}
		cancel()
		now, err := f.Get(t.Context(), "me", file.ID)
		if err != nil || now.Offset != int64(end) {
			t.Fatalf("%d bytes are here, %v, want %d", now.Offset, err, end)
		}
		sent, at = sent+end-at, end
	}
	if sent != len(content) {
		t.Errorf("%d bytes were sent", sent)
	}
	wantContent(t, open(t, s), "me", file.ID, content) // as nobody was told that it is whole
}

// ending is a reader that ends its context.
type ending context.CancelFunc

func (e ending) Read([]byte) (int, error) { e(); return 0, errGone }

func TestChecksums(t *testing.T) {
	s := storage(t, blob.Config{})
	f := open(t, s)
	file := create(t, f, "me", 100)
	check := func(of string) files.Check {
		s := sha1.Sum([]byte(of)) //nolint:gosec // the protocol's
		return files.Check{Hash: sha1.New(), Sum: s[:]}
	}
	piece := strings.Repeat("x", 60)
	_, err := f.Append(t.Context(), "me", file.ID, 0, strings.NewReader(piece), check("other"))
	wantCode(t, "other bytes", err, document.CodeChecksumMismatch)
	_, err = f.Append(t.Context(), "me", file.ID, 0, cut{strings.NewReader(piece)}, check(piece))
	if !errors.Is(err, errGone) {
		t.Error(err)
	}
	if now, err := f.Get(t.Context(), "me", file.ID); err != nil || now.Offset != 0 {
		t.Errorf("%+v, %v", now, err)
	}
	now, err := f.Append(t.Context(), "me", file.ID, 0, strings.NewReader(piece), check(piece))
	if err != nil || now.Offset != 60 {
		t.Errorf("%+v, %v", now, err)
	}
}

func TestRefusals(t *testing.T) {
	f := open(t, storage(t, blob.Config{}))
	_, err := f.Create(t.Context(), "me", "x", 0)
	wantCode(t, "empty", err, document.CodeInvalidRequest)
	_, err = f.Create(t.Context(), "me", "x", most+1)
	wantCode(t, "large", err, document.CodeTooLarge)
	file := create(t, f, "me", 100)
	now, err := f.Append(t.Context(), "me", file.ID, 1, strings.NewReader("x"), files.Check{})
	wantCode(t, "gap", err, document.CodeOffsetConflict)
	if now.Offset != 0 {
		t.Errorf("the answer says %d", now.Offset)
	}
	_, err = f.Append(t.Context(), "me", file.ID, 0, bytes.NewReader(random(101)), files.Check{})
	wantCode(t, "longer than announced", err, document.CodeTooLarge)
	_, _, err = f.Open(t.Context(), "me", file.ID)
	wantCode(t, "incomplete", err, document.CodeInvalidRequest)
	for _, id := range []string{"", "x", "../../etc/passwd", strings.Repeat("a", 36), "{" + file.ID + "}", strings.ToUpper(file.ID), "urn:uuid:" + file.ID} {
		_, err := f.Get(t.Context(), "me", id)
		wantCode(t, id, err, document.CodeNotFound)
	}
	send(t, f, "me", file.ID, 0, random(100))
	_, err = f.Append(t.Context(), "me", file.ID, 100, strings.NewReader("x"), files.Check{})
	wantCode(t, "after its end", err, document.CodeTooLarge)
}

// TestOwners: what is another's is not there, whatever is asked.
func TestOwners(t *testing.T) {
	f := open(t, storage(t, blob.Config{}))
	content := random(1000)
	mine := create(t, f, "me", len(content))
	send(t, f, "me", mine.ID, 0, content)
	for _, other := range []string{"", "you", "m", "mee"} {
		_, err := f.Get(t.Context(), other, mine.ID)
		wantCode(t, "get", err, document.CodeNotFound)
		_, _, err = f.Open(t.Context(), other, mine.ID)
		wantCode(t, "open", err, document.CodeNotFound)
		_, err = f.Append(t.Context(), other, mine.ID, 0, strings.NewReader("x"), files.Check{})
		wantCode(t, "append", err, document.CodeNotFound)
		_, err = f.Sum(t.Context(), other, sum(content))
		wantCode(t, "sum", err, document.CodeNotFound)
		wantCode(t, "delete", f.Delete(t.Context(), other, mine.ID), document.CodeNotFound)
	}
	wantContent(t, f, "me", mine.ID, content)
}

func TestFoundBySum(t *testing.T) {
	f := open(t, storage(t, blob.Config{}))
	content := random(1000)
	file := create(t, f, "me", len(content))
	_, err := f.Sum(t.Context(), "me", sum(content))
	wantCode(t, "before it is whole", err, document.CodeNotFound)
	send(t, f, "me", file.ID, 0, content)
	for _, s := range []string{sum(content), strings.ToUpper(sum(content))} {
		if got, err := f.Sum(t.Context(), "me", s); err != nil || got.ID != file.ID || got.Name != "a b.pdf" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for _, s := range []string{"", "abc", sum(content) + "00", strings.Repeat("z", 64), "../" + sum(content)} {
		_, err := f.Sum(t.Context(), "me", s)
		wantCode(t, s, err, document.CodeInvalidRequest)
	}
	if err := f.Delete(t.Context(), "me", file.ID); err != nil {
		t.Fatal(err)
	}
	_, err = f.Sum(t.Context(), "me", sum(content))
	wantCode(t, "deleted", err, document.CodeNotFound)
	wantCode(t, "deleted again", f.Delete(t.Context(), "me", file.ID), document.CodeNotFound)
}

func TestExpiry(t *testing.T) {
	s := storage(t, blob.Config{})
	f := open(t, s, func(c *files.Config) { c.Keep = time.Hour })
	whole, part := create(t, f, "me", 10), create(t, f, "me", 10)
	send(t, f, "me", whole.ID, 0, random(10))
	send(t, f, "me", part.ID, 0, random(5))
	for _, file := range []files.File{whole, part} {
		now, err := f.Get(t.Context(), "me", file.ID)
		if left := time.Until(now.Expires); err != nil || left < 59*time.Minute || left > time.Hour {
			t.Errorf("%s, %v", left, err)
		}
	}
	if err := f.SweepNow(t.Context()); err != nil || len(blobtest.Keys(t, s, "")) != 6 {
		t.Errorf("%v: %q", err, blobtest.Keys(t, s, ""))
	}
	f.At(func() time.Time { return time.Now().Add(61 * time.Minute) })
	_, err := f.Get(t.Context(), "me", whole.ID)
	wantCode(t, "expired", err, document.CodeNotFound)
	if err := f.SweepNow(t.Context()); err != nil || len(blobtest.Keys(t, s, "")) != 0 {
		t.Errorf("%v: %q are left", err, blobtest.Keys(t, s, ""))
	}
}

func TestQuotas(t *testing.T) {
	s := storage(t, blob.Config{})
	few := func(c *files.Config) { c.MaxBytesPerClient, c.MaxPerClient = 1<<20, 3 }
	f := open(t, s, few)
	file := create(t, f, "me", 900<<10)
	send(t, f, "me", file.ID, 0, random(900<<10))
	_, err := f.Create(t.Context(), "me", "x", 200<<10)
	wantCode(t, "bytes", err, document.CodeTooManyRequests)
	create(t, f, "me", 1)
	create(t, f, "me", 1)
	_, err = f.Create(t.Context(), "me", "x", 1)
	wantCode(t, "files", err, document.CodeTooManyRequests)
	create(t, f, "you", 200<<10) // others have room of their own
	f = open(t, s, few)          // another gateway counts the same
	_, err = f.Create(t.Context(), "me", "x", 1)
	if p, ok := errors.AsType[*document.Problem](err); !ok || p.Limit != "files.max_per_client" {
		t.Error(err)
	}
	if err := f.Delete(t.Context(), "me", file.ID); err != nil {
		t.Fatal(err)
	}
	create(t, f, "me", 200<<10)
}

// TestSentTwiceAtOnce has two connections send the same file beside each other, as when a
// client believes the first one dead: what one of them was told is there stays there.
func TestSentTwiceAtOnce(t *testing.T) {
	s := storage(t, blob.Config{})
	content := random(50_000)
	file := create(t, open(t, s), "me", len(content))
	var both sync.WaitGroup
	for n := range 2 {
		both.Go(func() {
			f, at := open(t, s), int64(0)
			for step := 1000 + n*777; at < int64(len(content)); {
				end := min(at+int64(step), int64(len(content)))
				now, err := f.Append(t.Context(), "me", file.ID, at, bytes.NewReader(content[at:end]), files.Check{})
				if err != nil {
					wantCode(t, "append", err, document.CodeOffsetConflict)
				}
				there, err := f.Get(t.Context(), "me", file.ID)
				if err != nil || there.Offset < now.Offset {
					t.Errorf("told %d, there are %d, %v", now.Offset, there.Offset, err)
					return
				}
				at = there.Offset
			}
		})
	}
	both.Wait()
	wantContent(t, open(t, s), "me", file.ID, content)
}

func TestChain(t *testing.T) {
	for _, tt := range []struct {
		pieces, taken [][2]int64
		end           int64
	}{
		{nil, nil, 0},
		{[][2]int64{{5, 9}}, nil, 0},
		{[][2]int64{{0, 5}, {5, 9}}, [][2]int64{{0, 5}, {5, 9}}, 9},
		{[][2]int64{{0, 5}, {0, 3}, {3, 9}}, [][2]int64{{0, 5}, {5, 9}}, 9},
		{[][2]int64{{0, 5}, {0, 9}, {5, 7}}, [][2]int64{{0, 9}}, 9},
		{[][2]int64{{0, 5}, {6, 9}}, [][2]int64{{0, 5}}, 5},
		{[][2]int64{{0, 2}, {1, 4}, {2, 3}, {4, 4}, {3, 8}}, [][2]int64{{0, 2}, {2, 4}, {4, 8}}, 8},
	} {
		if taken, end := files.Chain(tt.pieces); end != tt.end || !slices.Equal(taken, tt.taken) {
			t.Errorf("%v: %v to %d, want %v to %d", tt.pieces, taken, end, tt.taken, tt.end)
		}
	}
}

// FuzzChain: pieces cover what is said without a gap or an overlap, and another piece never
// makes it less.
func FuzzChain(f *testing.F) {
	f.Add([]byte{0, 5, 3, 4, 5, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var pieces [][2]int64
		before := int64(0)
		for i := 0; i+1 < len(b) && i < 40; i += 2 {
			pieces = append(pieces, [2]int64{int64(b[i]), int64(b[i]) + int64(b[i+1]%16)})
			taken, end := files.Chain(pieces)
			at := int64(0)
			for _, p := range taken {
				if p[0] != at || p[1] <= p[0] {
					t.Fatalf("%v: %v", pieces, taken)
				}
				at = p[1]
			}
			if at != end || end < before {
				t.Fatalf("%v: %v to %d, before %d", pieces, taken, end, before)
			}
			before = end
		}
	})
}

func TestSettings(t *testing.T) {
	for key, change := range map[string]func(*files.Config){
		"keep":                 func(c *files.Config) { c.Keep = 0 },
		"max_bytes_per_client": func(c *files.Config) { c.MaxBytesPerClient = 0 },
		"max_per_client":       func(c *files.Config) { c.MaxPerClient = -1 },
	} {
		cfg := files.DefaultConfig()
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
