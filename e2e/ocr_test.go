package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/e2e/program"
)

// TestDashIsStandardOutput, as in other programs, and no folder of that name.
func TestDashIsStandardOutput(t *testing.T) {
	sample, err := filepath.Abs(testdata + "sample.png")
	if err != nil {
		t.Fatal(err)
	}
	cmd := program.Command(t, "ocr", sample, "-o", "-", "--format", "txt")
	cmd.Dir = t.TempDir()
	text, err := cmd.Output()
	if err != nil || len(strings.TrimSpace(string(text))) == 0 {
		t.Errorf("%v, %q", err, text)
	}
	if left, err := os.ReadDir(cmd.Dir); err != nil || len(left) > 0 {
		t.Errorf("the folder has %v, %v", left, err)
	}
}

// TestWrongOptionsAreNamedByTheirFlags, all at once and before models are loaded.
func TestWrongOptionsAreNamedByTheirFlags(t *testing.T) {
	_, stderr, code := call(t, "ocr", "none.pdf", "--models", "/nowhere", "--table-format", "latex", "--dpi", "7", "--task", "sing", "--pages", "3-1")
	for _, flag := range []string{"--table-format: ", "--dpi: ", "--task: ", "--pages: "} {
		if !strings.Contains(stderr, flag) {
			t.Errorf("stderr does not name %s: %s", flag, stderr)
		}
	}
	if code != program.ExitUsage {
		t.Errorf("exit code %d", code)
	}
}
