package faults_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// jobView is what these tests look at in a job.
type jobView struct {
	ID       string
	State    string
	Progress struct{ Total, Done, OK int }
}

// talk sends a request and reads its answer, which must have the status.
func talk(t *testing.T, method, url, contentType string, body []byte, status int) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != status {
		t.Fatalf("%s %s: %d %s", method, url, res.StatusCode, answer)
	}
	return answer
}

func parse[T any](t *testing.T, b []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return v
}

// events reads a job's events after one, up to a number of pages, or all with 0, and gives
// the ids and the pages.
func events(t *testing.T, job string, after, pages int) (ids, numbers []int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, job+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		req.Header.Set("Last-Event-ID", fmt.Sprint(after))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 4<<20)
	var id int
	var name string
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ": ")
		switch key {
		case "id":
			fmt.Sscan(value, &id)
		case "event":
			name = value
		case "data":
			ids = append(ids, id)
			if name == "page.completed" {
				numbers = append(numbers, parse[struct{ Number int }](t, []byte(value)).Number)
			}
			if pages > 0 && len(numbers) == pages {
				return ids, numbers
			}
		}
	}
	return ids, numbers
}

// jobServer starts a server that keeps its jobs in dir, in front of a model server.
func jobServer(t *testing.T, dir, model string, settings ...string) *program.Server {
	t.Helper()
	return program.Serve(t, append([]string{
		"OCR_JOBS_DIR=" + dir, "OCR_VLLM_ENDPOINTS=" + model, "OCR_LAYOUT_SIDECAR=off", "OCR_JOBS_TASK_PAGES=4", "OCR_JOBS_NATS_ACK_WAIT=2s",
	}, settings...)...)
}

// TestKilledServerGoesOn: a server is killed while it reads a document and started again. The
// job goes on by itself, no page is asked for again that was done, and the stream of a client
// goes on where it was.
func TestKilledServerGoesOn(t *testing.T) {
	const pages = 20
	var asked atomic.Int32
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{Slots: 4, Latency: 100 * time.Millisecond, Answer: func(q enginetest.Request) enginetest.Answer {
		asked.Add(1)
		return enginetest.Script(q)
	}}))
	defer fake.Close()
	dir := t.TempDir()
	first := jobServer(t, dir, fake.URL)
	job := parse[jobView](t, talk(t, "POST", first.URL+"/api/ocr/jobs", "application/pdf", textPDF(pages, 0), 202))
	before, seen := events(t, first.URL+"/api/ocr/jobs/"+job.ID, 0, 6)
	first.Kill(t)

	second := jobServer(t, dir, fake.URL)
	url := second.URL + "/api/ocr/jobs/" + job.ID
	last := before[len(before)-1]
	after, rest := events(t, url, last, 0)
	all := append(before, after...)
	for i, id := range all {
		if id != i+1 {
			t.Fatalf("events before the end of the server %v, and after %d: %v", before, last, after)
		}
	}
	times := map[int]int{}
	for _, n := range append(seen, rest...) {
		times[n]++
	}
	for n := 1; n <= pages; n++ {
		if times[n] != 1 {
			t.Errorf("page %d came %d times", n, times[n])
		}
	}
	talk(t, "GET", url, "", nil, 200)
	if state := parse[jobView](t, talk(t, "GET", url, "", nil, 200)); state.State != "succeeded" || state.Progress.OK != pages {
		t.Errorf("the job is %+v", state)
	}
	res := parse[struct {
		Status string
		Pages  []struct{ Number int }
	}](t, talk(t, "GET", url+"/result", "", nil, 200))
	for i, p := range res.Pages {
		if p.Number != i+1 {
			t.Errorf("page %d is at %d", p.Number, i)
		}
	}
	if len(res.Pages) != pages || res.Status != "ok" {
		t.Errorf("%d pages, %s", len(res.Pages), res.Status)
	}
	if redone := int(asked.Load()) - pages; redone < 0 || redone > 4+4 { // in work when it died: the tasks' windows
		t.Logf("the model was asked %d times for %d pages", asked.Load(), pages)
	}
}

// TestCanceledJobFreesTheModel.
func TestCanceledJobFreesTheModel(t *testing.T) {
	model := enginetest.NewFake(enginetest.Config{Answer: enginetest.Script})
	model.Hang(true)
	fake := httptest.NewServer(model)
	defer fake.Close()
	server := jobServer(t, t.TempDir(), fake.URL)
	job := parse[jobView](t, talk(t, "POST", server.URL+"/api/ocr/jobs", "application/pdf", textPDF(3, 0), 202))
	url := server.URL + "/api/ocr/jobs/" + job.ID
	for model.Counts().InFlight == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	start := time.Now()
	if state := parse[jobView](t, talk(t, "DELETE", url, "", nil, 200)).State; state != "canceled" {
		t.Errorf("the job is %s", state)
	}
	for model.Counts().InFlight > 0 {
		if time.Since(start) > 30*time.Second {
			t.Fatalf("the model still has %d requests", model.Counts().InFlight)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("the model was idle %s after the request", time.Since(start).Round(time.Millisecond))
}

// TestPoisonDocument has a document whose renderer is killed each time that it is opened: it ends
// among the dead letters with its reason, and the others go on.
func TestPoisonDocument(t *testing.T) {
	beside(t)
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{Slots: 4, Latency: 200 * time.Millisecond}))
	defer model.Close()
	server := jobServer(t, t.TempDir(), model.URL, "OCR_JOBS_ATTEMPTS=2")
	poison, sound := textPDF(60, 300_000), textPDF(8, 0)
	ctx, stop := context.WithCancel(t.Context())
	killed := make(chan int, 1)
	go func() { killed <- killReaders(ctx, server.PID(), int64(len(poison))) }()
	jobsURL := server.URL + "/api/ocr/jobs"
	bad := parse[jobView](t, talk(t, "POST", jobsURL, "application/pdf", poison, 202)).ID
	good := parse[jobView](t, talk(t, "POST", jobsURL, "application/pdf", sound, 202)).ID
	last := func(id string) (job struct {
		jobView
		Error *problem
	},
	) {
		waitFor(patience, func() bool {
			b := talk(t, "GET", jobsURL+"/"+id+"?wait=20s", "", nil, 200)
			job.jobView, job.Error = jobView{}, nil
			if err := json.Unmarshal(b, &job); err != nil {
				t.Fatal(err)
			}
			return job.State != "queued" && job.State != "running"
		})
		return job
	}
	if job := last(good); job.State != "succeeded" || job.Progress.OK != 8 {
		t.Errorf("the other job is %+v", job)
	}
	if job := last(bad); job.State != "failed" && job.State != "partial" || job.State == "failed" && job.Error == nil {
		t.Errorf("the poison is %+v", job)
	} else {
		t.Logf("the poison is %s: %+v", job.State, job.Error)
	}
	stop()
	if n := <-killed; n == 0 {
		t.Error("nothing was killed")
	}
	metrics := string(talk(t, "GET", server.URL+"/metrics", "", nil, 200))
	if !strings.Contains(metrics, "\nocr_gateway_jobs_dead_letters ") || strings.Contains(metrics, "\nocr_gateway_jobs_dead_letters 0\n") {
		t.Error("there is no dead letter")
	}
}

// killReaders kills the children of a process that have a document of a size before them, until ctx
// ends, and counts them.
func killReaders(ctx context.Context, pid int, size int64) (n int) {
	for ctx.Err() == nil {
		for _, child := range rasterChildren(pid) {
			if maps(child, size) && syscall.Kill(child, syscall.SIGKILL) == nil {
				n++
			}
		}
		time.Sleep(time.Millisecond) // between two looks
	}
	return n
}

// maps reports whether a process has a file without a name in its memory, of a size rounded up to
// whole pages.
func maps(pid int, size int64) bool {
	lines, _ := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid)) // it may have ended
	page := int64(os.Getpagesize())
	for line := range strings.Lines(string(lines)) {
		var from, to int64
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err == nil && to-from == (size+page-1)/page*page && strings.Contains(line, "(deleted)") {
			return true
		}
	}
	return false
}
