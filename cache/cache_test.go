package cache_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/cache"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, dir string, maxBytes int64) *cache.Disk {
	t.Helper()
	d, err := cache.Open(cache.Config{Dir: dir, MaxBytes: maxBytes}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func key(n int) cache.Key { return sha256.Sum256(fmt.Append(nil, n)) }

// files lists the files below a folder.
func files(t *testing.T, dir string) (paths []string, size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		paths = append(paths, path)
		size += (info.Size() + 4095) / 4096 * 4096
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths, size
}

func want(t *testing.T, d *cache.Disk, n int, value []byte) {
	t.Helper()
	got, ok := d.Get(key(n))
	if ok != (value != nil) || !bytes.Equal(got, value) {
		t.Errorf("key %d: %q, %v, want %q", n, got, ok, value)
	}
}

func TestValuesComeBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	d := open(t, dir, 1<<20)
	want(t, d, 1, nil)
	d.Put(key(1), []byte("one"))
	d.Put(key(2), []byte{})
	d.Put(key(1), []byte("one again"))
	want(t, d, 1, []byte("one again"))
	want(t, d, 2, []byte{})
	want(t, open(t, dir, 1<<20), 1, []byte("one again")) // after a restart
	paths, _ := files(t, dir)
	for _, path := range paths {
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
	}
	if len(paths) != 2 {
		t.Errorf("files %q", paths)
	}
}

// TestDamagedEntriesAreNone damages an entry in every way that a crash or a disk may.
func TestDamagedEntriesAreNone(t *testing.T) {
	value := []byte("what was read")
	for name, damage := range map[string]func(b []byte) []byte{
		"empty":     func([]byte) []byte { return nil },
		"cut":       func(b []byte) []byte { return b[:len(b)-1] },
		"head only": func(b []byte) []byte { return b[:10] },
		"longer":    func(b []byte) []byte { return append(b, 'x') },
		"one bit":   func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"zeros":     func(b []byte) []byte { return make([]byte, len(b)) },
		"checksum":  func(b []byte) []byte { b[0] ^= 1; return b },
	} {
		dir := t.TempDir()
		d := open(t, dir, 1<<20)
		d.Put(key(1), value)
		paths, _ := files(t, dir)
		b, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(paths[0], damage(b), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := d.Get(key(1)); ok {
			t.Errorf("%s: gave %q", name, got)
		}
		if left, _ := files(t, dir); len(left) != 0 {
			t.Errorf("%s: %q is left", name, left)
		}
		d.Put(key(1), value)
		want(t, d, 1, value)
	}
}

// TestEntriesStayWithTheirKey: one that was moved to another's place is none.
func TestEntriesStayWithTheirKey(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, 1<<20)
	d.Put(key(1), []byte("one"))
	one, _ := files(t, dir)
	d.Put(key(2), []byte("two"))
	both, _ := files(t, dir)
	for _, path := range both {
		if path != one[0] {
			if err := os.Rename(one[0], path); err != nil {
				t.Fatal(err)
			}
		}
	}
	want(t, d, 2, nil)
}

func TestLeastRecentlyUsedGoFirst(t *testing.T) {
	dir := t.TempDir()
	const bound = 1 << 20
	d := open(t, dir, bound)
	value := make([]byte, 8<<10) // takes 12 KiB
	long := time.Now().Add(-time.Hour)
	for n := range 80 {
		d.Put(key(n), value)
		paths, size := files(t, dir)
		if size > bound {
			t.Fatalf("%d files take %d bytes", len(paths), size)
		}
		for _, path := range paths { // all of them long ago
			if err := os.Chtimes(path, long, long); err != nil {
				t.Fatal(err)
			}
		}
		long = long.Add(time.Second)
	}
	want(t, d, 0, value) // used now
	for n := range 20 {
		d.Put(key(100+n), value)
	}
	paths, size := files(t, dir)
	if size > bound || size < bound/2 {
		t.Errorf("%d files take %d bytes of %d", len(paths), size, bound)
	}
	want(t, d, 0, value)
	want(t, d, 119, value)
	if smaller := open(t, dir, bound/4); smaller == nil {
		t.Fatal()
	}
	if _, size := files(t, dir); size > bound/4 {
		t.Errorf("%d bytes after a restart with a smaller bound", size)
	}
}

func TestLargeValuesAreNotKept(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, 1<<20)
	d.Put(key(1), make([]byte, 200<<10))
	want(t, d, 1, nil)
}

// TestCrashLeavesNothing: what a crash left half written is gone with the next start.
func TestCrashLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "partial-123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, dir, 1<<20)
	if left, _ := files(t, dir); len(left) != 0 {
		t.Errorf("%q is left", left)
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, "/proc/ocr-gateway"} {
		if _, err := cache.Open(cache.Config{Dir: dir, MaxBytes: 1 << 20}, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "cache.dir") {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// TestManyAtOnce has readers and writers share keys while entries are removed.
func TestManyAtOnce(t *testing.T) {
	d := open(t, t.TempDir(), 1<<20)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 200 {
				n := (i + worker*7) % 150
				if got, ok := d.Get(key(n)); ok && !bytes.Equal(got, bytes.Repeat([]byte{byte(n)}, 8<<10)) {
					t.Errorf("key %d has another's value", n)
				}
				d.Put(key(n), bytes.Repeat([]byte{byte(n)}, 8<<10))
			}
		})
	}
	all.Wait()
}

func BenchmarkDisk(b *testing.B) {
	value := make([]byte, 16<<10)
	b.Run("hit", func(b *testing.B) {
		d := open(b, b.TempDir(), 1<<30)
		d.Put(key(1), value)
		b.ReportAllocs()
		for b.Loop() {
			if _, ok := d.Get(key(1)); !ok {
				b.Fatal("a miss")
			}
		}
	})
	b.Run("miss", func(b *testing.B) {
		d := open(b, b.TempDir(), 1<<30)
		b.ReportAllocs()
		for b.Loop() {
			d.Get(key(1))
		}
	})
	b.Run("put", func(b *testing.B) {
		d := open(b, b.TempDir(), 64<<20)
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			d.Put(key(n), value)
		}
	})
}
