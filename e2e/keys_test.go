package e2e_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
)

// TestKeysAreMadeAndRotated makes keys for a server while it runs, and takes one away.
func TestKeysAreMadeAndRotated(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.yaml")
	newKey := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := call(t, append([]string{"new-key", "--file", file}, args...)...)
		if code != program.ExitOK {
			t.Fatalf("exit code %d, %s", code, stderr)
		}
		return strings.TrimSpace(stdout)
	}
	first := newKey("anna", "--pages-per-day", "100")
	if _, stderr, code := call(t, "new-key", "--file", file, "no name"); code == program.ExitOK || !strings.Contains(stderr, "name must") {
		t.Errorf("no name: exit code %d, %s", code, stderr)
	}
	server := program.Serve(t, "OCR_SERVER_KEYS_FILE="+file)
	status := func(key string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/api/info", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if status(first) != 200 || status("ocr_wrong") != 401 || status("") != 401 {
		t.Error("who may call")
	}
	second := newKey("bert")
	for deadline := time.Now().Add(time.Minute); status(second) != 200; time.Sleep(100 * time.Millisecond) { // until it looks
		if time.Now().After(deadline) {
			t.Fatal("the second key is not taken")
		}
	}
}
