package e2e_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// tusClient sends a file in three parts, each by a client that knows only its address, with
// checksums, then has it read.
const tusClient = `
import sys, requests
from tusclient import client
base, path = sys.argv[1:]
tus = client.TusClient(base + "/api/ocr/files")
first = tus.uploader(path, chunk_size=50000, metadata={"filename": "report.pdf"})
first.upload_chunk()
second = tus.uploader(path, url=first.url, chunk_size=70000, upload_checksum=True)
assert second.offset == 50000, second.offset
second.upload_chunk()
third = tus.uploader(path, url=first.url)
assert third.offset == 120000, third.offset
third.upload()
file = requests.get(third.url).json()
assert file["complete"] and file["name"] == "report.pdf", file
job = requests.post(base + "/api/ocr/jobs", json={"file_ids": [file["id"]]}).json()
job = requests.get(base + job["links"]["self"], params={"wait": "1m"}).json()
print(job["state"], job["progress"]["ok"])
`

// TestTusClient has tuspy, a client of tus's own authors, send a file in pieces.
func TestTusClient(t *testing.T) {
	if exec.CommandContext(t.Context(), "python3", "-c", "import tusclient").Run() != nil {
		t.Skip("there is no client of tus: pip install tuspy")
	}
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer model.Close()
	base := program.Serve(t, "OCR_JOBS_DIR="+t.TempDir(), "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off").URL
	pdf, err := os.ReadFile(filepath.Join(program.Root(), "testdata", "sample.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.pdf")
	pdf = append(pdf, bytes.Repeat([]byte("%\n"), 100_000)...) // so that there are pieces
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "python3", "-c", tusClient, base, path).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "succeeded ") {
		t.Errorf("%v\n%s", err, out)
	}
	http.DefaultClient.CloseIdleConnections()
}
