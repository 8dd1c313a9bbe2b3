package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ocr-gateway/e2e/program"
)

// TestDoctor has the program examine this machine, one where things are missing, and wrong settings.
func TestDoctor(t *testing.T) {
	stdout, stderr, code := call(t, "doctor", "--port", "0")
	if code != program.ExitOK || !strings.Contains(stdout, "was read off the page") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	stdout, stderr, code = call(t, "doctor", "--models", t.TempDir(), "--host", "0.0.0.0", "--json")
	var report struct {
		Version  string
		Healthy  bool
		Findings []struct{ Name, State, Detail, Mend string }
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatalf("%v in %q, %q", err, stdout, stderr)
	}
	mends := map[string]string{}
	for _, f := range report.Findings {
		if f.State == "failed" {
			mends[f.Name] = f.Mend
		}
	}
	if code != program.ExitFailed || report.Healthy || report.Version == "" || len(mends) != 2 || mends["models"] != "make models" || !strings.Contains(mends["address"], "OCR_SERVER_API_KEYS") {
		t.Errorf("exit code %d, %+v", code, report)
	}
	stdout, _, code = call(t, "doctor", "--engine", "none")
	if code != program.ExitFailed || !strings.Contains(stdout, "engine.kind") {
		t.Errorf("exit code %d, %s", code, stdout)
	}
}
