package arrows_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// childPackages run in rendering children only; nothing else may read a client's images. The
// import table says who may start them.
var childPackages = []string{"raster/decode", "raster/mupdf", "raster/worker"}

// ownFiles decode what the program itself has encoded, or stand in for a model server in tests.
var ownFiles = []string{"engine/vllm/chat/message.go", "engine/enginetest/unread.go"}

// decoding matches calls of what reads foreign images and PDFs.
var decoding = regexp.MustCompile(`\b(?:image|jpeg|png|gif|bmp|tiff|webp|gwebp|heic|avif|mupdf)\.(?:Decode\w*|Open)\b|\bdecode\.(?:NewPicture|OpenTIFF)\b`)

// passive matches what calls nothing: the first lines of functions, and comments.
var passive = regexp.MustCompile(`(?m)^func .*$|^\s*//.*$`)

func TestOnlyChildrenDecode(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range files(t) {
		if f.test || slices.Contains(ownFiles, f.name) {
			continue
		}
		source, err := os.ReadFile(filepath.Join(root, f.name))
		if err != nil {
			t.Fatal(err)
		}
		calls := decoding.FindAllString(string(passive.ReplaceAll(source, nil)), -1)
		switch {
		case len(calls) == 0:
		case slices.Contains(childPackages, f.pkg):
			seen[f.pkg] = true
		default:
			t.Errorf("%s has %q: foreign bytes are decoded in rendering children only", f.name, calls)
		}
	}
	for _, pkg := range []string{"raster/decode", "raster/worker"} {
		if !seen[pkg] {
			t.Errorf("%s decodes nothing: the test is out of date", pkg)
		}
	}
}
