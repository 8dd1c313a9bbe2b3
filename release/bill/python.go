package bill

import (
	"bufio"
	"fmt"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
)

// Python are the packages in a folder that pip filled; none without a folder. Their licenses
// are in their own folders: most name them in prose.
func Python(dir string) ([]Part, error) {
	if dir == "" {
		return nil, nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.dist-info", "METADATA"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var parts []Part
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		head, err := textproto.NewReader(bufio.NewReader(f)).ReadMIMEHeader()
		if len(head) == 0 {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		name, version := head.Get("Name"), head.Get("Version")
		parts = append(parts, Part{
			Kind: Library, Name: name, Version: version, License: head.Get("License-Expression"), URL: "pkg:pypi/" + name + "@" + version,
		})
	}
	return parts, nil
}
