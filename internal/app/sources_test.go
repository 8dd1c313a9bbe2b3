package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"testing"
)

func TestPackedSourcesAreThoseOfABuild(t *testing.T) {
	root, ok := checkout()
	if !ok {
		t.Fatal("the checkout around this test was not found")
	}
	packed, err := packSources(root)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := packSources(root); err != nil || !bytes.Equal(packed, again) {
		t.Errorf("the same sources give other bytes (%v)", err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for archive := tar.NewReader(zip); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
	}
	for _, want := range []string{"go.mod", "go.sum", "cmd/ocr-gateway/main.go", "server/openapi.yaml", "layout/doclayout/sidecar/doclayout/__main__.py", "provision/start.sh"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not among them", want)
		}
	}
	if len(packed) > 3<<20 {
		t.Errorf("%d bytes: something that is no source is among them", len(packed))
	}
}
