package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
)

// TestGatewaysShareACache: what one has read, the other finds.
func TestGatewaysShareACache(t *testing.T) {
	fake := enginetest.NewFake(enginetest.Config{})
	model := httptest.NewServer(fake)
	defer model.Close()
	blobs, asked := "OCR_BLOB_DIR="+t.TempDir(), 0
	var first document.Result
	for n := range 2 {
		base := serveVLLM(t, model.URL, blobs, "OCR_CACHE_SHARED=true", "OCR_JOBS_ENABLED=false")
		waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
		result := readSample(t, base)
		if n == 0 {
			first, asked = result, fake.Counts().Requests
		}
		if result.Markdown != first.Markdown {
			t.Errorf("the second gateway reads\n%s\nthe first\n%s", result.Markdown, first.Markdown)
		}
		for _, page := range result.Pages {
			if page.Cached != (n == 1) {
				t.Errorf("gateway %d: page %d cached: %t", n, page.Number, page.Cached)
			}
		}
	}
	if n := fake.Counts().Requests; n != asked || asked == 0 {
		t.Errorf("the model server was asked %d times by the first and %d in all", asked, n)
	}
}

// TestServeWithCache reads a document twice, also after a restart: the model server is
// asked once, and only the costs differ.
func TestServeWithCache(t *testing.T) {
	fake := enginetest.NewFake(enginetest.Config{})
	model := httptest.NewServer(fake)
	defer model.Close()
	dir := "OCR_CACHE_DIR=" + t.TempDir()
	var first document.Result
	asked := 0
	for start := range 2 {
		base := serveVLLM(t, model.URL, dir)
		waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
		result := readSample(t, base)
		if start == 0 {
			first, asked = result, fake.Counts().Requests
			result = readSample(t, base)
		}
		if result.Markdown != first.Markdown || result.Engine != first.Engine || result.Layout != first.Layout || result.Status != first.Status {
			t.Errorf("start %d: read as\n%s\nand from the cache as\n%s", start, first.Markdown, result.Markdown)
		}
		for _, page := range result.Pages {
			if !page.Cached {
				t.Errorf("start %d: page %d was read again", start, page.Number)
			}
		}
		usage := result.Usage
		usage.CPUSeconds = 0 // for drawing the pages
		if want := (document.Usage{Pages: first.Usage.Pages}); usage != want {
			t.Errorf("start %d: usage %+v", start, result.Usage)
		}
		metrics := get(t, base+"/metrics")
		if name := `ocr_gateway_cache_pages_total{result="hit"} `; !strings.Contains(metrics, name) || strings.Contains(metrics, name+"0\n") {
			t.Errorf("start %d: metrics count no hit", start)
		}
	}
	if n := fake.Counts().Requests; n != asked || asked == 0 {
		t.Errorf("the model server was asked %d times for the first reading and %d in all", asked, n)
	}
	base := serveVLLM(t, model.URL, dir, "OCR_VLLM_MAX_TOKENS_TEXT=1000") // another setting
	waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
	for _, page := range readSample(t, base).Pages {
		if page.Cached {
			t.Errorf("page %d is from other settings", page.Number)
		}
	}
}

// TestEmptyAnswersAreNotCached: when the model server is mended the page is read, and a
// page that is blank is not read again.
func TestEmptyAnswersAreNotCached(t *testing.T) {
	var says atomic.Pointer[enginetest.Answer]
	fake := enginetest.NewFake(enginetest.Config{Answer: func(enginetest.Request) enginetest.Answer { return *says.Load() }})
	model := httptest.NewServer(fake)
	defer model.Close()
	dir := "OCR_CACHE_DIR=" + t.TempDir()
	read := func(base string) (status int, result document.Result) {
		status, answer := post(t, base+"/api/ocr/document", "application/json", "file", testdata+"sample.png")
		if status == http.StatusOK {
			if err := json.Unmarshal([]byte(answer), &result); err != nil {
				t.Fatalf("%v: %s", err, answer)
			}
		}
		return status, result
	}
	start := func() string {
		base := serveVLLM(t, model.URL, dir)
		waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
		return base
	}
	base := start()
	for name, unread := range enginetest.Unread {
		says.Store(&unread)
		if status, result := read(base); status != http.StatusBadGateway && (unread.Text == "" || result.Status != document.StatusPartial) {
			t.Errorf("%s: status %s", name, result.Status)
		}
	}
	says.Store(&enginetest.Blank)
	base = start()
	for _, cached := range []bool{false, true} {
		if status, result := read(base); status != http.StatusOK || result.Status != document.StatusOK || result.Pages[0].Cached != cached {
			t.Errorf("a blank page: %d, %+v, want it cached: %v", status, result, cached)
		}
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
