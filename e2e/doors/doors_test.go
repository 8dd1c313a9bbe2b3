package doors_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/e2e/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

const key = "a key of the tests"

// told is what a client said of a file.
type told struct {
	Text    string
	Error   string // the type of its exception
	Message string
}

// read has a client of another API read a file.
func read(t *testing.T, python, client, server, file string) (said told) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), python, "testdata/clients.py", client, server, key, file).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("%s: %v\n%s", client, err, exit.Stderr)
	}
	if err == nil {
		err = json.Unmarshal(out, &said)
	}
	if err != nil {
		t.Fatalf("%s: %v: %s", client, err, out)
	}
	return said
}

// interpreter runs the scripts of a client, where it was fetched.
func interpreter(t *testing.T, client string) string {
	t.Helper()
	folder := "doorclients"
	if client == "docling" {
		folder = "docling-client" // a third of a GB, so that `make test` does not ask for it
	}
	python := filepath.Join(program.Root(), "build", folder, "bin/python")
	if _, err := os.Stat(python); err != nil {
		t.Skipf("the client is missing: run `make %s`", folder)
	}
	return python
}

// TestClients: each reads all pages of the bundled PDF with its own call, and tells of a
// damaged one with its own exception.
func TestClients(t *testing.T) {
	server := program.Serve(t, "OCR_SERVER_API_KEYS="+key, "OCR_CACHE_DIR="+t.TempDir(), "OCR_JOBS_DIR="+t.TempDir()) // pages are read once
	sample := filepath.Join(program.Root(), "testdata", "sample.pdf")
	damaged := filepath.Join(t.TempDir(), "damaged.pdf")
	if err := os.WriteFile(damaged, []byte("%PDF-1.7\nnothing else"), 0o600); err != nil {
		t.Fatal(err)
	}
	for client, failure := range map[string]string{
		"azure":              "HttpResponseError",
		"azure_layout":       "HttpResponseError",
		"docling":            "TaskExecutionError",
		"mistral":            "HTTPValidationError",
		"mistral_files":      "HTTPValidationError",
		"tika":               "RuntimeError",
		"tika_client":        "HttpStatusError",
		"openwebui_tika":     "HTTPError",
		"openwebui_external": "HTTPError",
		"openwebui_docling":  "HTTPError",
		"openwebui_mineru":   "HTTPError",
		"openwebui_paddle":   "HTTPError",
	} {
		t.Run(client, func(t *testing.T) {
			python := interpreter(t, client)
			said := read(t, python, client, server.URL, sample)
			for _, text := range []string{"From Pages to Text", "forty people may send a scanned book", "Shelf mark"} { // of each page
				if !strings.Contains(said.Text, text) {
					t.Errorf("%q is not in what was read: %s %s %.300q", text, said.Error, said.Message, said.Text)
				}
			}
			if said = read(t, python, client, server.URL, damaged); said.Error != failure || said.Text != "" {
				t.Errorf("a damaged file gives %+v, want %s", said, failure)
			}
		})
	}
}
