package bill

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestModules reads those of a program that has this package in it.
func TestModules(t *testing.T) {
	self := filepath.Join(t.TempDir(), "licenses")
	if out, err := exec.Command("go", "build", "-o", self, "../licenses").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Modules(self, strings.TrimSpace(string(cache)))
	if err != nil {
		t.Fatal(err)
	}
	for name, license := range map[string]string{"std": "BSD-3-Clause", "github.com/CycloneDX/cyclonedx-go": "Apache-2.0", "github.com/google/licensecheck": "BSD-3-Clause"} {
		i := slices.IndexFunc(parts, func(p Part) bool { return p.Name == name })
		if i < 0 || parts[i].License != license || parts[i].Version == "" {
			t.Errorf("%s: want it with %s in %+v", name, license, parts)
		}
	}
	if _, err := Modules(self, t.TempDir()); err == nil || !strings.Contains(err.Error(), "go mod download") {
		t.Errorf("without a cache: %v", err)
	}
}

func TestFetched(t *testing.T) {
	for arch, want := range map[string]int{"amd64": 8, "arm64": 7} {
		parts, err := Fetched("../..", arch)
		if err != nil {
			t.Fatal(err)
		}
		if len(parts) != want || len(Unwelcome(parts)) > 0 {
			t.Errorf("%s: %+v", arch, parts)
		}
	}
	for _, line := range []string{"unknown==1.0 --hash=sha256:00", "onnxruntime==1.0"} {
		if parts, err := fetchedBy(line); err == nil {
			t.Errorf("%q gave %+v", line, parts)
		}
	}
}

func TestDistributionAndPython(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"var/lib/dpkg/status.d/libc6": "Package: libc6\nVersion: 2.36-9+deb12u14\nArchitecture: arm64\nDescription: GNU C Library\n of Debian\n",
		"torch-2.dist-info/METADATA":  "Metadata-Version: 2.4\nName: torch\nVersion: 2.13.0\nLicense-Expression: BSD-3-Clause\n\nLong: text\n",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	debian, err := Distribution(root)
	if err != nil || len(debian) != 1 || debian[0].URL != "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=arm64" {
		t.Errorf("%+v, %v", debian, err)
	}
	python, err := Python(root)
	want := Part{Kind: Library, Name: "torch", Version: "2.13.0", License: "BSD-3-Clause", URL: "pkg:pypi/torch@2.13.0"}
	if err != nil || len(python) != 1 || python[0] != want {
		t.Errorf("%+v, %v", python, err)
	}
}

func TestUnwelcome(t *testing.T) {
	parts := []Part{{Name: "both", License: "Apache-2.0 AND MIT"}, {Name: "closed", License: "MIT AND BUSL-1.1"}, {Name: "unknown"}}
	if no := Unwelcome(parts); len(no) != 2 || no[0].Name != "closed" || no[1].Name != "unknown" {
		t.Errorf("%+v", no)
	}
}

func TestWrite(t *testing.T) {
	parts := []Part{
		{Kind: Library, Name: "a", Version: "1", License: "Apache-2.0 AND MIT", URL: "pkg:golang/a@1", SHA256: strings.Repeat("0", 64)},
		{Kind: Model, Name: "m", Version: "2", URL: "pkg:pypi/b@2"},
	}
	var first, second bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &second} {
		if err := Write(w, "v1", parts); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("equal parts give different files")
	}
	var bom struct {
		SpecVersion string
		Components  []struct {
			Type, Name, Purl string
			Licenses         []struct{ Expression string }
			Hashes           []struct{ Content string }
		}
	}
	if err := json.Unmarshal(first.Bytes(), &bom); err != nil {
		t.Fatal(err)
	}
	if c := bom.Components; bom.SpecVersion != "1.6" || len(c) != 2 || c[0].Licenses[0].Expression != "Apache-2.0 AND MIT" || len(c[0].Hashes) != 1 || c[1].Type != "machine-learning-model" {
		t.Errorf("%s", first.String())
	}
}
