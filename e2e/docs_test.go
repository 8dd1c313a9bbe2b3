package e2e_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// notRun are the lines of documents that are not run here, by their beginnings, and why.
var notRun = map[string]string{
	"git clone ":                             "these are the sources",
	"make run":                               "CI and `make bench` do it; it does not end",
	"make test ":                             "this is it",
	"make image ":                            "`make test-image` does",
	"docker ":                                "there is no Docker; `make test-image` starts the image with runc",
	"OCR_GATEWAY_IMAGE=":                     "there is no Docker; the tests of deploy hold the Compose files to their schema",
	"vllm serve ":                            "wants a GPU; `make test-vllm` starts vLLM on the CPU",
	"  --max-num-batched-":                   "goes on with vllm serve",
	"  --limit-mm-per-prompt ":               "goes on with vllm serve",
	"bin/ocr-gateway serve --vllm-endpoint ": "does not end; other tests here start it so",
	"OCR_SERVER_KEYS_FILE=":                  "does not end; TestKeysAreMadeAndRotated starts it so",
	"echo 'RUNPOD_KEY=":                      "a key for machines that cost money",
	"ocr-gateway provision ":                 "rents machines; the tests of provision run it against a stand-in",
	"bin/ocr-gateway batch ":                 "the tests of batch run it",
	"kubectl ":                               "no cluster is here; the tests of deploy hold the manifests to the program and to schemas",
	"$EDITOR ":                               "is for people",
	"GATEWAY=":                               "the test's own server stands for it",
	"curl -sN -H 'Last-Event-ID: 17' ":       "the sample has fewer events; TestCutStreamGoesOn goes on with one",
}

// stands are files and places of documents, and what stands for them here.
var stands = strings.NewReplacer(
	"http://127.0.0.1:8007", "$GATEWAY",
	"@photo.jpg", "@testdata/sample.png", "@table.png", "@testdata/sample.png", "@a.png", "@testdata/sample.png", "@b.png", "@testdata/sample.png",
	"@doc.pdf", "@testdata/sample.pdf", "@invoice.pdf", "@testdata/sample.pdf", "@scan.pdf", "@testdata/sample-scan.pdf", "@manual.pdf", "@testdata/sample.pdf", "ocr *.pdf", "ocr testdata/sample.pdf",
	"/etc/ocr-gateway/keys.yaml", "$FOLDER/keys.yaml", "-o searchable.pdf", "-o $FOLDER/searchable.pdf", "-o texts", "-o $FOLDER/texts", "head.txt", "$FOLDER/head.txt",
	"bin/ocr-gateway", "ocr-gateway",
)

var (
	shell  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	inLine = regexp.MustCompile("`((?:curl|bin/ocr-gateway) [^`]*)`")
)

// commands are the lines of a document that somebody would type, without those that are not run.
func commands(t *testing.T, source string) (script string, left map[string]bool) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(program.Root(), source))
	if err != nil {
		t.Fatal(err)
	}
	var typed []string
	for _, m := range shell.FindAllStringSubmatch(string(b), -1) {
		typed = append(typed, strings.Split(strings.TrimSuffix(m[1], "\n"), "\n")...)
	}
	if source == "README.md" { // its table
		for line := range strings.Lines(string(b)) {
			if m := inLine.FindStringSubmatch(line); m != nil && strings.HasPrefix(line, "| ") {
				typed = append(typed, m[1])
			}
		}
	}
	left = map[string]bool{}
	for _, line := range typed {
		run := true
		for beginning := range notRun {
			if strings.HasPrefix(line, beginning) || line == strings.TrimSpace(beginning) {
				left[beginning], run = true, false
			}
		}
		if run {
			script += stands.Replace(line) + "\n"
		}
	}
	return script, left
}

// TestDocumentsDoWhatTheySay runs the commands of the documents against a running server. Those
// of docs/jobs.md have a test of their own, which looks at what they say.
func TestDocumentsDoWhatTheySay(t *testing.T) {
	for _, tool := range []string{"curl", "jq", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is missing")
		}
	}
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer model.Close()
	base := program.Serve(t, "OCR_JOBS_DIR="+t.TempDir(), "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off", "OCR_ENGINE_FALLBACK=embedded").URL
	folder := t.TempDir()
	// As for people, but that a status of 400 or more ends the script.
	if err := os.WriteFile(filepath.Join(folder, ".curlrc"), []byte("silent\nfail-with-body\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob(filepath.Join(program.Root(), "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	unused := map[string]bool{}
	for beginning := range notRun {
		unused[beginning] = true
	}
	for _, source := range append(sources, filepath.Join(program.Root(), "README.md")) {
		name, err := filepath.Rel(program.Root(), source)
		if err != nil {
			t.Fatal(err)
		}
		script, left := commands(t, name)
		for beginning := range left {
			delete(unused, beginning)
		}
		if script == "" || name == filepath.Join("docs", "jobs.md") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "bash", "-xeuo", "pipefail", "-c", script)
			cmd.Dir = program.Root()
			cmd.Env = append(program.Command(t).Env, "GATEWAY="+base, "ADMIN_KEY=any", "FOLDER="+folder, "CURL_HOME="+folder, "PATH="+filepath.Dir(program.Path())+":"+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	for beginning := range unused {
		t.Errorf("no document has a line %q any more", beginning)
	}
}
