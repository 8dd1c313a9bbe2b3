// Package program builds ocr-gateway, once for all tests of a package, and runs it as users
// do: calls that end, and servers.
package program

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What the program's exit codes mean.
const (
	ExitOK      = 0
	ExitFailed  = 1 // a page, a document or a request failed
	ExitUsage   = 2 // flags, arguments, settings or missing models
	ExitNoStock = 3 // provision: no GPU is free, nothing was created
	ExitAccount = 4 // provision: the cloud refuses the key, the balance or the request
	ExitKept    = 5 // provision: a stage failed; the host is kept and may be billed
	ExitSignals = 130
)

var (
	root string // of the sources
	path string // of the program
)

// Main builds the program, with the race detector when the tests have it, and runs the
// tests. The result is for os.Exit.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ocr-gateway-e2e-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build ocr-gateway:", err)
		return 1
	}
	return m.Run()
}

func build(dir string) error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return err
	}
	root = strings.TrimSpace(string(out))
	if err := touchSources(); err != nil {
		return err
	}
	path = filepath.Join(dir, "ocr-gateway")
	args := []string{"build", "-ldflags", "-s -w -X main.version=test", "-o", path}
	if Race {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, filepath.Join(root, "cmd", "ocr-gateway"))...).CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return os.Symlink(filepath.Join(root, "lib"), filepath.Join(dir, "lib")) // MuPDF
}

// touchSources looks at what the program is built from: go test keeps results until a
// file that the test has looked at changes.
func touchSources() error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if path != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"bin", "build", "lib", "models", "docs"}, d.Name())) {
			return fs.SkipDir
		}
		return nil
	})
}

// Path is the program.
func Path() string { return path }

// Root is the folder of the sources.
func Root() string { return root }

// Command prepares a call of the program as a shell would make it, with the models of the
// sources.
func Command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	models := filepath.Join(root, "models")
	if _, err := os.Stat(models); err != nil {
		t.Fatal("the models are missing: run `make models`")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "OCR_ENGINE_EMBEDDED_DIR="+models, "XDG_STATE_HOME="+t.TempDir())
	return cmd
}

// Under has another command start the program.
func Under(t testing.TB, cmd *exec.Cmd, wrap ...string) {
	t.Helper()
	if len(wrap) == 0 {
		return
	}
	starter, err := exec.LookPath(wrap[0])
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path, cmd.Args = starter, slices.Concat(wrap, []string{cmd.Path}, cmd.Args[1:])
}
