package faults_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// mountForLog gives the log of jobs a small file system of its own, with less room than NATS would ask for.
const mountForLog = `mount -t tmpfs -o size=20m faults "$OCR_JOBS_DIR" && exec "$@"`

// TestDiskOfLogFull fills the disk of the log while a job is read: new jobs are refused with the
// reason, and when there is room again all goes on by itself, without a page being lost.
func TestDiskOfLogFull(t *testing.T) {
	beside(t)
	namespace := mounting(t)
	const pages = 30
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{Slots: 2, Latency: 300 * time.Millisecond}))
	defer model.Close()
	dir := t.TempDir()
	cmd := program.Command(t, "serve", "--port", "0")
	cmd.Env = append(cmd.Env, "OCR_JOBS_DIR="+dir, "OCR_BLOB_DIR="+t.TempDir(), "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off", "OCR_JOBS_TASK_PAGES=4")
	program.Under(t, cmd, append(namespace, "sh", "-c", mountForLog, "sh")...)
	server := program.Start(t, cmd)
	jobsURL := server.URL + "/api/ocr/jobs"
	submit := func() (status int, answer string) {
		res, err := http.Post(jobsURL, "application/pdf", bytes.NewReader(textPDF(2, 0)))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	running := parse[jobView](t, talk(t, "POST", jobsURL, "application/pdf", textPDF(pages, 0), 202))
	events(t, jobsURL+"/"+running.ID, 0, 2)

	want := map[string]int{running.ID: pages}
	ballast := filepath.Join("/proc", strconv.Itoa(server.PID()), "root", dir, "ballast")
	fill(t, ballast)
	if !waitFor(patience, func() bool {
		status, answer := submit()
		switch status {
		case http.StatusAccepted: // there was a little room left
			want[parse[jobView](t, []byte(answer)).ID] = 2
		case http.StatusServiceUnavailable:
		default:
			t.Fatalf("with a full disk: %d %s", status, answer)
		}
		return strings.Contains(answer, "disk on which this server keeps jobs is full")
	}) {
		t.Error("nobody is told that the disk is full")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	var answer string
	if !waitFor(patience, func() bool {
		status, body := submit()
		answer = body
		return status == http.StatusAccepted
	}) {
		t.Fatalf("with room again: %s", answer)
	}
	want[parse[jobView](t, []byte(answer)).ID] = 2
	for id, pages := range want {
		var job jobView
		if !waitFor(patience, func() bool {
			job = parse[jobView](t, talk(t, "GET", jobsURL+"/"+id+"?wait=20s", "", nil, 200))
			return job.State == "succeeded"
		}) || job.Progress.OK != pages {
			t.Errorf("the job is %+v", job)
		}
	}
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for part := make([]byte, 4096); err == nil; {
		_, err = f.Write(part)
	}
}
