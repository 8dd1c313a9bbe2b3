package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestFormats writes files that others open: the searchable PDF begins with the bytes of the
// original.
func TestFormats(t *testing.T) {
	original, err := os.ReadFile(testdata + "sample-scan.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]struct {
		file   string
		begins []byte
	}{
		"pdf":  {"sample-scan.pdf.searchable.pdf", original},
		"hocr": {"sample-scan.pdf.hocr", []byte(`<?xml version="1.0"`)},
		"zip":  {"sample-scan.pdf.zip", []byte("PK\x03\x04")},
	} {
		dir := t.TempDir()
		if _, stderr, code := call(t, "ocr", testdata+"sample-scan.pdf", "--format", format, "-o", dir); code != 0 {
			t.Errorf("%s: exit code %d: %s", format, code, stderr)
			continue
		}
		got, err := os.ReadFile(filepath.Join(dir, want.file))
		if err != nil || !bytes.HasPrefix(got, want.begins) || len(got) == len(want.begins) {
			t.Errorf("%s: %d bytes, %v", format, len(got), err)
		}
	}
}
