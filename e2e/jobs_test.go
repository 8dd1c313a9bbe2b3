package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
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

// TestJobReadsAsADirectRequest: a document that was read in tasks of one page each gives
// what it gives in one go.
func TestJobReadsAsADirectRequest(t *testing.T) {
	base := program.Serve(t, "OCR_JOBS_DIR="+t.TempDir(), "OCR_JOBS_TASK_PAGES=1").URL
	ask := func(url string, files ...string) map[string]any {
		t.Helper()
		if len(files) > 0 {
			status, answer := post(t, url, "application/json", "file", files[0], "join_tables", "true")
			if status != http.StatusOK && status != http.StatusAccepted {
				t.Fatalf("%s: %d %s", url, status, answer)
			}
			return object(t, []byte(answer))
		}
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s (%v)", url, res.StatusCode, answer, err)
		}
		return object(t, answer)
	}
	direct := ask(base+"/api/ocr/document", testdata+"sample.pdf")
	job := base + "/api/ocr/jobs/" + ask(base+"/api/ocr/jobs", testdata+"sample.pdf")["id"].(string)
	for ask(job + "?wait=60s")["ended_at"] == nil {
	}
	later := ask(job + "/result")
	for _, answer := range []map[string]any{direct, later} {
		delete(answer, "id")
		delete(answer, "timings_ms")
		delete(answer["usage"].(map[string]any), "cpu_seconds")
		for _, page := range answer["pages"].([]any) {
			delete(page.(map[string]any), "timings_ms")
			if usage, has := page.(map[string]any)["usage"].(map[string]any); has {
				delete(usage, "cpu_seconds")
			}
		}
	}
	for name := range direct {
		if !reflect.DeepEqual(direct[name], later[name]) {
			t.Errorf("%s: a direct request gives\n%v\na job\n%v", name, direct[name], later[name])
		}
	}
	if len(direct) != len(later) {
		t.Errorf("a direct request gives %d members, a job %d", len(direct), len(later))
	}
}

func object(t *testing.T, b []byte) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return v
}
