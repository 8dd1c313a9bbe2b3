package e2e_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

var fenced = regexp.MustCompile("(?s)```(sh|python)\n(.*?)```")

// TestJobsPageDoesWhatItSays runs the lines of docs/jobs.md.
func TestJobsPageDoesWhatItSays(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(program.Root(), "docs", "jobs.md"))
	if err != nil {
		t.Fatal(err)
	}
	scripts := map[string]string{}
	for _, m := range fenced.FindAllStringSubmatch(string(page), -1) {
		scripts[m[1]] += m[2]
	}
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer model.Close()
	base := program.Serve(t, "OCR_JOBS_DIR="+t.TempDir(), "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off").URL
	run := func(what string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir = program.Root()
		cmd.Env = append(os.Environ(), "GATEWAY="+base)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
		return string(out)
	}
	for _, tool := range []string{"curl", "jq", "python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is missing")
		}
	}
	out := run("shell", "bash", "-euo", "pipefail", "-c", scripts["sh"])
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) < 10 || lines[0] != `"succeeded"` || lines[2] != "1" || lines[3] != "3" || lines[4] != "7" || lines[len(lines)-1] != `"succeeded"` {
		t.Errorf("the lines say\n%s", out)
	}
	if exec.CommandContext(t.Context(), "python3", "-c", "import requests").Run() != nil {
		t.Log("the Python lines were not run: the package requests is missing")
		return
	}
	if out := run("Python", "python3", "-c", scripts["python"]); len(out) < 100 {
		t.Errorf("Python says %q", out)
	}
}
