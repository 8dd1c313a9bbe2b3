package e2e_test

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
)

// busy is how long a model server has had requests for completions, by its own clock.
type busy struct {
	http.Handler
	mu    sync.Mutex
	here  int
	since time.Time
	sum   time.Duration
}

func (b *busy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/chat/completions") {
		b.count(1)
		defer b.count(-1)
	}
	b.Handler.ServeHTTP(w, r)
}

func (b *busy) count(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.here == 0 {
		b.since = time.Now()
	}
	if b.here += n; b.here == 0 {
		b.sum += time.Since(b.since)
	}
}

// TestCostsAreTheBill takes a second for an hour: a model server that is rented for 3600 an
// hour is billed 1 for each second. What all answers say that they cost is that, within 5 %.
func TestCostsAreTheBill(t *testing.T) {
	model := &busy{Handler: enginetest.NewFake(enginetest.Config{Latency: 1500 * time.Millisecond, Slots: 4})}
	fake := httptest.NewServer(model)
	defer fake.Close()
	base := serveVLLM(t, fake.URL, "OCR_PRICES_GPU_HOUR=3600", "OCR_PRICES_CURRENCY=EUR", "OCR_JOBS_DIR="+t.TempDir())
	waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
	var mu sync.Mutex
	var sum document.Usage
	add := func(answer string, usage string) {
		var u document.Usage
		if err := json.Unmarshal([]byte(usage), &u); err != nil || u.Currency != "EUR" || u.Cost <= 0 || u.CompletionTokens == 0 || u.CPUSeconds <= 0 {
			t.Errorf("usage %q (%v): %.300s", usage, err, answer)
		}
		mu.Lock()
		defer mu.Unlock()
		sum.Add(u)
	}
	inJSON := func(answer string) {
		var got struct{ Usage json.RawMessage }
		if err := json.Unmarshal([]byte(answer), &got); err != nil {
			t.Errorf("%v: %.300s", err, answer)
		}
		add(answer, string(got.Usage))
	}
	var clients sync.WaitGroup
	for range 2 {
		for _, path := range []string{"document", "recognize", "extract", "batch"} {
			clients.Go(func() { inJSON(readAs(t, base, path)) })
		}
		clients.Go(func() {
			events := readAs(t, base, "document/stream")
			inJSON(events[strings.LastIndex(events, "data: ")+len("data: "):])
		})
		clients.Go(func() {
			var usage string
			markdown := readAs(t, base, "document?format=md", &usage)
			add(markdown, usage)
		})
	}
	clients.Go(func() { inJSON(jobOf(t, base)) })
	clients.Wait()
	model.mu.Lock()
	defer model.mu.Unlock()
	bill := model.sum.Seconds()
	if off := math.Abs(float64(sum.Cost)/bill - 1); off > 0.05 || float64(sum.ModelSeconds) < bill*0.95 {
		t.Errorf("%d pages cost %.4f in all, %.1f %% beside the bill of %.4f", sum.Pages, float64(sum.Cost), 100*off, bill)
	}
	t.Logf("%d pages cost %.4f, the bill is %.4f", sum.Pages, float64(sum.Cost), bill)
}

// readAs has the sample read at a path, and gives the answer and the header X-Usage.
func readAs(t *testing.T, base, path string, usage ...*string) string {
	field, options := "file", []string(nil)
	switch path {
	case "recognize":
		field = "image"
	case "batch":
		field = "images"
	case "jobs":
		field = "files"
	case "extract":
		options = []string{"schema", `{"invoice_number": ""}`}
	}
	body, contentType := upload(t, field, testdata+"sample.png", options...)
	resp, err := http.Post(base+"/api/ocr/"+path, contentType, body)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(resp.Body); err != nil || resp.StatusCode >= 300 {
		t.Errorf("%s: %d, %v: %.300s", path, resp.StatusCode, err, answer.String())
	}
	for _, u := range usage {
		*u = resp.Header.Get("X-Usage")
	}
	return answer.String()
}

// jobOf has the sample read by a job and gives the job, once it has ended.
func jobOf(t *testing.T, base string) string {
	var job struct{ ID, State string }
	for answer := readAs(t, base, "jobs"); ; {
		if err := json.Unmarshal([]byte(answer), &job); err != nil || job.ID == "" {
			t.Errorf("%v: %s", err, answer)
			return answer
		}
		if job.State == "succeeded" {
			return answer
		}

		resp, err := http.Get(base + "/api/ocr/jobs/" + job.ID + "?wait=20s")
		if err != nil {
			t.Error(err)
			return ""
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Error(err)
			return ""
		}
		answer = body.String()
	}
}
