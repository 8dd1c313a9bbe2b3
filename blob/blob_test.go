package blob_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/blob"
	"ocr-gateway/blob/blobtest"
	"ocr-gateway/document"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, cfg blob.Config) blob.Store {
	t.Helper()
	if err := errors.Join(cfg.Validate(), cfg.S3.Validate()); err != nil {
		t.Fatal(err)
	}
	s, err := blob.Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, blob.Config{Dir: dir, MaxBytes: 1 << 30}) })
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

func TestBucket(t *testing.T) {
	cfg := blobtest.Bucket(t, "..")
	cfg.Prefix += "deeper/"
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, blob.Config{S3: cfg}) })
}

// files lists what is in a folder, folders too but for the one of partial files.
func files(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && path != dir && e.Name() != ".partial" {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestNothingIsNamed(t *testing.T) {
	if s, err := blob.Open(blob.DefaultConfig(), slog.New(slog.DiscardHandler)); s != nil || err != nil {
		t.Errorf("%v, %v", s, err)
	}
}

// wantFull wants a refusal that names its limit.
func wantFull(t *testing.T, err error, limit string) {
	t.Helper()
	p, ok := errors.AsType[*document.Problem](err)
	if !ok || p.Code != document.CodeOverloaded || p.Limit != limit || !p.Retryable {
		t.Errorf("%v, want %s", err, limit)
	}
}

func TestFolderIsBounded(t *testing.T) {
	dir := t.TempDir()
	s := open(t, blob.Config{Dir: dir, MaxBytes: 1 << 20})
	put := func(key string, n int) error {
		err := s.Put(t.Context(), key, strings.NewReader(strings.Repeat("x", n)))
		return err
	}
	if err := put("a", 600<<10); err != nil {
		t.Fatal(err)
	}
	wantFull(t, put("b", 500<<10), "blob.max_bytes")
	if err := put("b", 400<<10); err != nil { // what was refused takes no room
		t.Error(err)
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	for range 5 { // what is replaced takes none
		if err := put("b", 500<<10); err != nil {
			t.Error(err)
		}
	}
	s = open(t, blob.Config{Dir: dir, MaxBytes: 1 << 20}) // what is there is counted
	wantFull(t, put("c", 600<<10), "blob.max_bytes")
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestDiskStaysFree(t *testing.T) {
	s := open(t, blob.Config{Dir: t.TempDir(), MinFreeDisk: 1 << 60})
	err := s.Put(t.Context(), "a", strings.NewReader("x"))
	wantFull(t, err, "blob.min_free_disk")
}

// TestCrashLeavesNothing: what a crash left half written is no key, and goes when it is
// old; what another program writes now stays.
func TestCrashLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	open(t, blob.Config{Dir: dir})
	for name, age := range map[string]time.Duration{"old": 2 * time.Hour, "now": 0} {
		path := filepath.Join(dir, ".partial", name)
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, blob.Config{Dir: dir})
	if got := blobtest.Keys(t, s, ""); len(got) > 0 {
		t.Errorf("%q", got)
	}
	if left := files(t, dir); len(left) != 1 || filepath.Base(left[0]) != "now" {
		t.Errorf("%q", left)
	}
}

func TestOthersCannotRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	s := open(t, blob.Config{Dir: dir})
	if err := s.Put(t.Context(), "a/b", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(files(t, dir), dir) {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, "/proc/ocr-gateway"} {
		if _, err := blob.Open(blob.Config{Dir: dir}, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "blob.dir") {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// TestFolderThatIsAway: what is kept there is not gone because nothing of the folder is to be seen, as where
// a disk of another machine is not mounted.
func TestFolderThatIsAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	s := open(t, blob.Config{Dir: dir})
	if err := s.Put(t.Context(), "a", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	away := dir + "-away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	for _, mountPoint := range []bool{false, true} {
		if mountPoint {
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Get(t.Context(), "a"); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dir) {
			t.Errorf("with a mount point: %t: %v", mountPoint, err)
		}
	}
	if err := errors.Join(os.Remove(dir), os.Rename(away, dir)); err != nil {
		t.Fatal(err)
	}
	r, err := s.Get(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	if _, err := s.Get(t.Context(), "b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was never kept: %v", err)
	}
}

// TestBucketThatCannotBe: errors say what is wrong, and show no secret.
func TestBucketThatCannotBe(t *testing.T) {
	cfg := blobtest.Bucket(t, "..")
	cfg.Bucket = "missing"
	s := open(t, blob.Config{S3: cfg})
	err := s.Put(t.Context(), "a", strings.NewReader("x"))
	if err == nil || !strings.Contains(err.Error(), "bucket") || strings.Contains(err.Error(), cfg.SecretKey) {
		t.Errorf("%v", err)
	}
	if _, err := s.Get(t.Context(), "a"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing bucket is no missing key: %v", err)
	}
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		cfg blob.Config
		key string
	}{
		"small":       {blob.Config{MaxBytes: 1}, "max_bytes"},
		"negative":    {blob.Config{MinFreeDisk: -1}, "min_free_disk"},
		"no endpoint": {blob.Config{S3: blob.S3{Bucket: "b"}}, "endpoint"},
		"path":        {blob.Config{S3: blob.S3{Bucket: "b", Endpoint: "https://h/p"}}, "endpoint"},
		"scheme":      {blob.Config{S3: blob.S3{Bucket: "b", Endpoint: "h:9000"}}, "endpoint"},
		"prefix":      {blob.Config{S3: blob.S3{Bucket: "b", Endpoint: "https://h", Prefix: "/a"}}, "prefix"},
		"half a key":  {blob.Config{S3: blob.S3{Bucket: "b", Endpoint: "https://h", AccessKey: "a"}}, "secret_key"},
		"good":        {blob.Config{S3: blob.S3{Bucket: "b", Endpoint: "http://h:9000/", Prefix: "ocr/"}}, ""},
	} {
		err := errors.Join(c.cfg.Validate(), c.cfg.S3.Validate())
		if (err == nil) != (c.key == "") || err != nil && !strings.HasPrefix(err.Error(), c.key) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
