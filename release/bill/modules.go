package bill

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/licensecheck"
	"golang.org/x/mod/module"
)

// inside are the licenses of what modules bring as WebAssembly, of which their own license files
// say nothing: libheif and libde265, libavif and aom, libwebp.
var inside = map[string]string{
	"github.com/gen2brain/heic": "LGPL-3.0",
	"github.com/gen2brain/avif": "BSD-2-Clause",
	"github.com/gen2brain/webp": "BSD-3-Clause",
}

// Modules are those that a program was linked with, by what it says of itself; their licenses
// are read in a module cache.
func Modules(program, cache string) ([]Part, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("modules of %s: %w", program, err)
	}
	parts := []Part{{
		Kind: Library, Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), License: "BSD-3-Clause",
		URL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"),
	}}
	for _, dep := range info.Deps {
		if dep.Replace != nil {
			dep = dep.Replace
		}
		license, err := licenseOf(cache, dep.Path, dep.Version)
		if err != nil {
			return nil, err
		}
		if more := inside[dep.Path]; more != "" {
			license += " AND " + more
		}
		parts = append(parts, Part{
			Kind: Library, Name: dep.Path, Version: dep.Version, License: license,
			URL: "pkg:golang/" + dep.Path + "@" + dep.Version,
		})
	}
	return parts, nil
}

// licenseOf reads the license files of a module.
func licenseOf(cache, path, version string) (string, error) {
	escaped, err := module.EscapePath(path)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, escaped+"@"+version)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("the license of %s: %w; `go mod download` brings it", path, err)
	}
	var found []string
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(strings.TrimPrefix(name, "UN"), "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		for _, match := range licensecheck.Scan(text).Match {
			if !match.IsURL && !slices.Contains(found, match.ID) {
				found = append(found, match.ID)
			}
		}
	}
	slices.Sort(found)
	return strings.Join(found, " AND "), nil
}
