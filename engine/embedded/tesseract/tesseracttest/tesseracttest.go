// Package tesseracttest finds a Tesseract for tests.
package tesseracttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Program returns the Tesseract of the machine, or the one that `make tesseract` unpacked
// into the folder build of the repository, whose root is given. Without one it skips
// the test.
func Program(t testing.TB, root string) string {
	t.Helper()
	if program, err := exec.LookPath("tesseract"); err == nil {
		return program
	}
	unpacked, err := filepath.Abs(filepath.Join(root, "build", "tesseract"))
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(unpacked, "usr", "bin", "tesseract")
	if _, err := os.Stat(program); err != nil {
		t.Skip("there is no Tesseract: `make tesseract` unpacks one for the tests")
	}
	for name, pattern := range map[string]string{
		"LD_LIBRARY_PATH": "usr/lib/*-linux-gnu",
		"TESSDATA_PREFIX": "usr/share/tesseract-ocr/*/tessdata",
	} {
		folders, err := filepath.Glob(filepath.Join(unpacked, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, strings.Join(folders, ":"))
	}
	return program
}
