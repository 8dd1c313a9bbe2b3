package document_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"ocr-gateway/document"
)

func TestReadSourceKeepsEveryByte(t *testing.T) {
	for _, size := range []int{0, 1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		data := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		dir := t.TempDir()
		s, err := document.ReadSource("a", bytes.NewReader(data), int64(size), dir)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if s.Size != int64(size) {
			t.Errorf("%d bytes: size %d", size, s.Size)
		}
		for range 2 { // readers are independent
			got, err := io.ReadAll(s.Reader())
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes: read back %d bytes, %v", size, len(got), err)
			}
		}
		if (s.File() != nil) == (size < 1<<20) {
			t.Errorf("%d bytes: spooled = %v", size, s.File() != nil)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%d bytes: %v left in the folder", size, left)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestFileSourceIsTheFileItself: also when its name has gone.
func TestFileSourceIsTheFileItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := document.FileSource("a", file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(s.Reader()); err != nil || string(got) != "content" || s.Size != int64(len(got)) || s.File() != file {
		t.Errorf("%q of %d bytes, %v", got, s.Size, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadSourceRefusesMoreThanTheLimit(t *testing.T) {
	for _, limit := range []int64{0, 10, 1 << 20, 2 << 20} {
		_, err := document.ReadSource("a", bytes.NewReader(make([]byte, limit+1)), limit, t.TempDir())
		var p *document.Problem
		if !errors.As(err, &p) || p.Code != document.CodeTooLarge {
			t.Errorf("limit %d: %v, want %s", limit, err, document.CodeTooLarge)
		}
	}
}

func TestReadSourceReportsTheReadersError(t *testing.T) {
	broken := errors.New("connection reset")
	for _, size := range []int{10, 2 << 20} {
		r := io.MultiReader(bytes.NewReader(make([]byte, size)), iotest.ErrReader(broken))
		if _, err := document.ReadSource("a", r, 1<<30, t.TempDir()); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v, want %v", size, err, broken)
		}
	}
}
