package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/agnivade/levenshtein"

	"ocr-gateway/document"
	"ocr-gateway/e2e/program"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

const testdata = "../testdata/"

// call runs ocr-gateway to its end.
func call(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := program.Command(t, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// golden compares got with a file, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it, then write it anew with -update. Got:\n%s", path, got)
	}
}

func TestBundledDocuments(t *testing.T) {
	for _, tc := range []struct {
		golden string
		args   []string
	}{
		{"sample.md", []string{"sample.pdf"}},
		{"sample-png.md", []string{"sample.png"}},
		{"sample-encrypted.md", []string{"sample-encrypted.pdf", "--password", "secret"}},
		{"sample-bars.md", []string{"sample.pdf", "--table-format", "markdown", "--join-tables"}},
		{"sample-table.txt", []string{"sample.pdf", "--pages", "2", "--format", "txt", "--task", "text"}},
	} {
		t.Run(tc.golden, func(t *testing.T) {
			stdout, stderr, code := call(t, append([]string{"ocr", testdata + tc.args[0]}, tc.args[1:]...)...)
			if code != program.ExitOK || stderr != "" {
				t.Fatalf("exit code %d, stderr %q", code, stderr)
			}
			golden(t, tc.golden, stdout)
		})
	}
}

// A noisy scan may read a speck differently from one processor to the next, so
// its text is compared with what was printed, by edit distance.
func TestBundledScan(t *testing.T) {
	stdout, stderr, code := call(t, "ocr", testdata+"sample-scan.pdf", "--format", "txt")
	if code != program.ExitOK || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	want, err := os.ReadFile(testdata + "sample-scan.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen, printed := strings.Join(strings.Fields(stdout), " "), strings.Join(strings.Fields(string(want)), " ")
	if d := levenshtein.ComputeDistance(seen, printed); 100*d > len(printed) {
		t.Errorf("%d edits away from what was printed, want at most 1 in 100 characters:\n%s", d, stdout)
	}
}

func TestOCRGoesOnAfterABadFile(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.pdf")
	if err := os.WriteFile(bad, []byte("%PDF-1.4\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	_, stderr, code := call(t, "ocr", bad, testdata+"sample-encrypted.pdf", filepath.Join(dir, "none.pdf"), dir, testdata+"sample.png", "-o", out, "--format", "json")
	if code != program.ExitFailed {
		t.Errorf("exit code %d, want %d", code, program.ExitFailed)
	}
	for _, says := range []string{"bad.pdf:", "sample-encrypted.pdf:", "password", "none.pdf:", "it is a folder"} {
		if !strings.Contains(stderr, says) {
			t.Errorf("stderr does not say %q:\n%s", says, stderr)
		}
	}
	data, err := os.ReadFile(filepath.Join(out, "sample.png.json"))
	if err != nil {
		t.Fatal(err)
	}
	var result document.Result
	if err := json.Unmarshal(data, &result); err != nil {
		t.Fatal(err)
	}
	if result.Status != document.StatusOK || len(result.Pages) != 1 || len(result.Pages[0].Regions) == 0 {
		t.Errorf("%s with %d pages", result.Status, len(result.Pages))
	}
}

func TestWrongUse(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"flag":         {[]string{"serve", "--prot", "1"}, "unknown flag: --prot"},
		"port":         {[]string{"serve", "--port", "70000"}, "server.port"},
		"no keys":      {[]string{"serve", "--host", "0.0.0.0", "--models", "/nowhere"}, "--allow-keyless"},
		"engine":       {[]string{"serve", "--engine", "magic"}, "engine.kind"},
		"endpoint":     {[]string{"ocr", testdata + "sample.png", "--vllm-endpoint", "gpu:8000"}, "command line: vllm.endpoints[0].url"},
		"no endpoint":  {[]string{"serve", "--engine", "vllm"}, "--vllm-endpoint URL"},
		"layout":       {[]string{"serve", "--enable-layout=maybe"}, "--enable-layout"},
		"models":       {[]string{"ocr", testdata + "sample.png", "--models", "/nowhere"}, "make models"},
		"pages":        {[]string{"ocr", testdata + "sample.pdf", "--pages", "1-x"}, `"x"`},
		"format":       {[]string{"ocr", testdata + "sample.pdf", "--format", "doc"}, "md, txt"},
		"tables":       {[]string{"ocr", testdata + "sample.pdf", "--table-format", "latex"}, "html, markdown"},
		"pictures":     {[]string{"ocr", testdata + "sample.pdf", "--images", "all"}, "none, inline, ref"},
		"no folder":    {[]string{"ocr", testdata + "sample.pdf", "--images", "ref"}, "--output"},
		"no file":      {[]string{"ocr"}, "requires at least 1 arg"},
		"settings":     {[]string{"serve", "--config", "testdata/bad.yaml"}, "server.prot"},
		"nothing runs": {[]string{"bench", "--url", "ftp://x", testdata + "sample.png"}, "http://host:port"},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := call(t, tc.args...)
			if code != program.ExitUsage || !strings.Contains(stderr, tc.says) || stdout != "" {
				t.Errorf("exit code %d, stderr %q, stdout %q; want code %d and %q", code, stderr, stdout, program.ExitUsage, tc.says)
			}
		})
	}
}

func TestPrintConfigHidesSecrets(t *testing.T) {
	cmd := program.Command(t, "serve", "--print-config", "--port", "9999", "--enable-layout=false",
		"--vllm-endpoint", "http://a:8000", "--vllm-endpoint", "http://b:8000")
	cmd.Env = append(cmd.Env, "OCR_SERVER_API_KEYS=very-secret-key", "OCR_VLLM_API_KEY=very-secret-key")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, says := range []string{"port: 9999", "enabled: false", "url: http://a:8000", "url: http://b:8000"} {
		if !strings.Contains(string(out), "  "+says+"\n") {
			t.Errorf("%q is not in what is printed:\n%s", says, out)
		}
	}
	if strings.Contains(string(out), "very-secret") {
		t.Errorf("printed:\n%s", out)
	}
}

// upload makes a multipart form with one file.
func upload(t *testing.T, field, path string, options ...string) (body *bytes.Buffer, contentType string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	body = &bytes.Buffer{}
	form := multipart.NewWriter(body)
	part, err := form.CreateFormFile(field, filepath.Base(path))
	if err != nil {
		t.Fatal(err)
	}
	part.Write(data)
	for i := 0; i < len(options); i += 2 {
		form.WriteField(options[i], options[i+1])
	}
	form.Close()
	return body, form.FormDataContentType()
}

// post sends one file and gives the status and the body of the answer.
func post(t *testing.T, url, accept, field, path string, options ...string) (status int, answer string) {
	t.Helper()
	body, contentType := upload(t, field, path, options...)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", accept)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func TestServe(t *testing.T) {
	server := program.Serve(t)
	base := server.URL

	status, markdown := post(t, base+"/api/ocr/document", "text/markdown", "file", testdata+"sample.pdf")
	if status != http.StatusOK {
		t.Fatalf("document: %d: %s", status, markdown)
	}
	want, err := os.ReadFile("testdata/sample.md")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(markdown) != strings.TrimSpace(string(want)) {
		t.Errorf("the server's Markdown differs from the command line's:\n%s", markdown)
	}

	status, events := post(t, base+"/api/ocr/document/stream", "text/event-stream", "file", testdata+"sample.pdf", "pages", "r2-r1")
	for event, times := range map[string]int{"job.accepted": 1, "page.completed": 2, "page.failed": 0, "document.completed": 1} {
		if n := strings.Count(events, "event: "+event+"\n"); status != http.StatusOK || n != times {
			t.Errorf("stream (%d): %d times %s, want %d\n%s", status, n, event, times, events)
		}
	}

	status, cut := post(t, base+"/api/ocr/document", "application/json", "file", testdata+"sample.pdf", "pages", "2-9")
	if status != http.StatusOK || !strings.Contains(cut, `"notice":"page range 2-9 goes beyond the document`) {
		t.Errorf("pages beyond the document (%d): %s", status, cut)
	}

	status, problem := post(t, base+"/api/ocr/recognize", "application/json", "image", testdata+"sample.png", "task", "formula")
	if status != http.StatusUnprocessableEntity || !strings.Contains(problem, "task_unsupported") || !strings.Contains(problem, "vllm") {
		t.Errorf("formula: %d: %s", status, problem)
	}

	stdout, stderr, code := call(t, "bench", "--url", base, testdata+"sample.png", "-n", "2", "-c", "2", "--json")
	var report struct{ Pages int }
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != program.ExitOK || report.Pages != 2 {
		t.Errorf("bench: exit code %d, %v: %s%s", code, err, stdout, stderr)
	}
	if _, stderr, code := call(t, "healthcheck", "--url", base+"/livez"); code != program.ExitOK {
		t.Errorf("healthcheck: exit code %d: %s", code, stderr)
	}

	server.Signal(t, syscall.SIGTERM)
	if err := server.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if _, _, code := call(t, "healthcheck", "--url", base+"/livez"); code != program.ExitFailed {
		t.Errorf("healthcheck of a stopped server: exit code %d, want %d", code, program.ExitFailed)
	}
}
