package arrows_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// childFiles run in rendering children only; nothing else may read a client's images.
var childFiles = []string{"raster/decode.go", "raster/reckon.go", "raster/webp.go", "raster/worker.go"}

// ownFiles decode what the program itself has encoded, or stand in for a model server in tests.
var ownFiles = []string{"engine/vllm/chat/message.go", "engine/enginetest/unread.go"}

// decoding matches calls of what reads foreign images and PDFs, and decodingHere those within
// package raster.
var (
	decoding     = regexp.MustCompile(`\b(?:image|jpeg|png|gif|bmp|tiff|webp|gwebp|heic|avif|mupdf)\.(?:Decode\w*|Open)\b`)
	decodingHere = regexp.MustCompile(`\bdecode(?:Safely|Lenient|WebP)\(|\breckon\(|\bfindOrientation\(|\breadHEIF\(|\bopenTIFFReader\(`)
)

// passive matches what calls nothing: the first lines of functions, and comments.
var passive = regexp.MustCompile(`(?m)^func .*$|^\s*//.*$`)

func TestOnlyChildrenDecode(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range files(t) {
		if f.test || f.pkg == "raster/mupdf" || slices.Contains(ownFiles, f.name) {
			continue
		}
		source, err := os.ReadFile(filepath.Join(root, f.name))
		if err != nil {
			t.Fatal(err)
		}
		active := string(passive.ReplaceAll(source, nil))
		calls := decoding.FindAllString(active, -1)
		if f.pkg == "raster" {
			calls = append(calls, decodingHere.FindAllString(active, -1)...)
		}
		switch {
		case slices.Contains(childFiles, f.name):
			seen[f.name] = len(calls) > 0
		case len(calls) > 0:
			t.Errorf("%s has %q: foreign bytes are decoded in rendering children only", f.name, calls)
		}
	}
	for _, name := range childFiles {
		if !seen[name] {
			t.Errorf("%s decodes nothing: the test is out of date", name)
		}
	}
}
