package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// checkout finds the sources of this program: in the working folder, beside the
// program, or above either.
func checkout() (root string, ok bool) {
	var starts []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	if exe, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(exe))
	}
	for _, dir := range starts {
		for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			if mod, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && bytes.HasPrefix(mod, []byte("module ocr-gateway\n")) {
				return dir, true
			}
		}
	}
	return "", false
}

// notSources are folders of a checkout that a build does not need.
var notSources = map[string]bool{"build": true, "bin": true, "lib": true, "models": true, "docs": true, "testdata": true}

// packSources packs what a build needs, the same bytes for the same sources.
func packSources(root string) ([]byte, error) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zip)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		skip := strings.HasPrefix(d.Name(), ".") || notSources[d.Name()] || strings.HasSuffix(d.Name(), "_test.go")
		if d.IsDir() && skip {
			return filepath.SkipDir
		}
		if skip || !d.Type().IsRegular() {
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := archive.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o644, Size: int64(len(content))}); err != nil {
			return err
		}
		_, err = archive.Write(content)
		return err
	})
	if err == nil {
		err = archive.Close()
	}
	if err == nil {
		err = zip.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("pack the sources: %w", err)
	}
	return packed.Bytes(), nil
}
