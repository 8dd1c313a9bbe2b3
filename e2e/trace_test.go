package e2e_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/internal/otlp/otlptest"
	"ocr-gateway/layout/doclayout/doclayouttest"
)

var drawTrace = flag.String("draw-trace", "", "file that gets the picture of a document's trace, as docs/trace.svg")

// heardTraces passes requests on and keeps their traceparents.
type heardTraces struct {
	next http.Handler
	mu   sync.Mutex
	all  []string
}

func (h *heardTraces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost { // health checks belong to no request
		h.mu.Lock()
		h.all = append(h.all, r.Header.Get("Traceparent"))
		h.mu.Unlock()
	}
	h.next.ServeHTTP(w, r)
}

// spans are the ids of the spans that requests came from, each with its trace.
func (h *heardTraces) spans() (ids []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.all {
		parts := strings.Split(t, "-")
		if len(parts) == 4 {
			ids = append(ids, parts[1]+" "+parts[2])
		}
	}
	return ids
}

const (
	clientTrace = "0af7651916cd43dd8448eb211c80319c"
	clientSpan  = "b7ad6b7169203331"
	traceKey    = "a-key-that-no-trace-may-show"
)

// sendTraced sends the sample as a client that has a trace.
func sendTraced(t *testing.T, url string) (answer []byte) {
	t.Helper()
	body, contentType := upload(t, "file", testdata+"sample.pdf")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+traceKey)
	req.Header.Set("Traceparent", "00-"+clientTrace+"-"+clientSpan+"-01")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%d, %v: %s", resp.StatusCode, err, answer)
	}
	return answer
}

// TestTraceFromRequestToModel follows a document, and a job, through the program: from the
// client's trace to the requests at the layout program and the model server.
func TestTraceFromRequestToModel(t *testing.T) {
	model := &heardTraces{next: enginetest.NewFake(enginetest.Config{Latency: 20 * time.Millisecond})}
	sidecar := &heardTraces{next: doclayouttest.Sidecar(doclayouttest.Bands(3))}
	at := func(h http.Handler) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	collector := otlptest.Serve(t)
	server := program.Serve(t, "OCR_VLLM_ENDPOINTS="+at(model), "OCR_LAYOUT_URL="+at(sidecar), "OCR_TRACE_ENDPOINT="+collector.URL,
		"OCR_SERVER_API_KEYS="+traceKey, "OCR_JOBS_DIR="+t.TempDir(), "OTEL_BSP_SCHEDULE_DELAY=50", "OCR_PIPELINE_SLOW_PAGE=1ms")
	waitFor(t, time.Minute, "the model server", func() bool { return health(t, server.URL) == "ok" })

	sendTraced(t, server.URL+"/api/ocr/document")
	spans := collector.Await(t, func(s []otlptest.Span) bool {
		return slices.ContainsFunc(s, func(s otlptest.Span) bool { return s.Name == "POST /api/ocr/document" })
	})
	tree := treeOf(spans)
	document := tree.only(t, "POST /api/ocr/document", "document")
	if tree[clientSpan][0].Kind != 2 || document.Attributes["ocr.pages"] != 3 || document.Attributes["ocr.engine"] != "vllm" {
		t.Errorf("%+v", spans)
	}
	for _, page := range tree.named(document.ID, "page") {
		models := tree.models(page.ID)
		if len(models) != 3 || len(tree.named(page.ID, "render")) != 1 || len(tree.named(page.ID, "layout")) != 1 || len(tree.named(page.ID, "assemble")) != 1 {
			t.Errorf("page %v: %s", page.Attributes, tree.draw(page))
		}
		for _, m := range models {
			if m.Attributes["ocr.endpoint"] != "endpoint-1" || m.Attributes["ocr.outcome"] != "ok" || m.Attributes["gen_ai.usage.output_tokens"].(int) == 0 ||
				m.Attributes["ocr.first_token_ms"].(int) == 0 || !slices.Contains(model.spans(), clientTrace+" "+m.ID) {
				t.Errorf("model: %+v, heard there: %v", m, model.spans())
			}
		}
		if layout := tree.named(page.ID, "layout"); !slices.Contains(sidecar.spans(), clientTrace+" "+layout[0].ID) {
			t.Errorf("the layout program heard %v, not %s", sidecar.spans(), layout[0].ID)
		}
	}
	for _, s := range spans {
		if s.Trace != clientTrace || s.Service != "ocr-gateway" || s.Took() < 0 {
			t.Errorf("%+v", s)
		}
	}
	if line := server.Log(); !strings.Contains(line, `"slow page"`) || !strings.Contains(line, `"trace_id":"`+clientTrace+`"`) || !strings.Contains(line, `"region_ms"`) {
		t.Errorf("no slow page in\n%s", line)
	}
	for line := range strings.Lines(server.Log()) {
		if strings.Contains(line, `"slow page"`) && !strings.Contains(line, `"request_id"`) {
			t.Errorf("it names no request: %s", line)
		}
	}
	if *drawTrace != "" {
		if err := os.WriteFile(*drawTrace, waterfall(tree, tree[clientSpan][0]), 0o666); err != nil {
			t.Fatal(err)
		}
	}

	var job struct{ Links struct{ Self string } }
	if err := json.Unmarshal(sendTraced(t, server.URL+"/api/ocr/jobs"), &job); err != nil {
		t.Fatal(err)
	}
	spans = collector.Await(t, func(s []otlptest.Span) bool {
		return slices.ContainsFunc(s, func(s otlptest.Span) bool { return s.Name == "task" })
	})
	tree = treeOf(spans)
	submitted := tree.find("POST /api/ocr/jobs")
	task := tree.only(t, "POST /api/ocr/jobs", "task")
	if task.Trace != clientTrace || task.Kind != 5 || !strings.HasSuffix(job.Links.Self, task.Attributes["ocr.job"].(string)) || len(tree.named(task.ID, "document")) != 1 {
		t.Errorf("submitted by %+v, task %+v", submitted, task)
	}
	for _, secret := range []string{traceKey, "sample.pdf", "2024-0417", "Bolt", "thank you", "ocr-gateway turns"} {
		if strings.Contains(collector.Raw(), secret) {
			t.Errorf("%q is in the traces", secret)
		}
	}
}

// A collector that takes nothing costs requests nothing.
func TestDocumentsWithoutACollector(t *testing.T) {
	server := program.Serve(t, "OCR_TRACE_ENDPOINT=http://127.0.0.1:1", "OTEL_BSP_SCHEDULE_DELAY=50")
	if status, answer := post(t, server.URL+"/api/ocr/recognize", "application/json", "image", testdata+"sample.png"); status != http.StatusOK {
		t.Errorf("%d: %s", status, answer)
	}
	waitFor(t, time.Minute, "a line that says so", func() bool { return strings.Contains(server.Log(), "traces cannot be delivered") })
}

// spanTree is spans by their parent.
type spanTree map[string][]otlptest.Span

func treeOf(spans []otlptest.Span) spanTree {
	tree := spanTree{}
	for _, s := range spans {
		tree[s.Parent] = append(tree[s.Parent], s)
	}
	for _, children := range tree {
		slices.SortFunc(children, func(a, b otlptest.Span) int { return cmp.Or(a.Start.Compare(b.Start), -a.End.Compare(b.End)) })
	}
	return tree
}

func (tree spanTree) find(name string) (found otlptest.Span) {
	for _, children := range tree {
		for _, s := range children {
			if s.Name == name {
				found = s
			}
		}
	}
	return found
}

func (tree spanTree) named(parent, name string) (found []otlptest.Span) {
	for _, s := range tree[parent] {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

// only is the one child of that name that a span of that name has.
func (tree spanTree) only(t *testing.T, parent, name string) otlptest.Span {
	t.Helper()
	found := tree.named(tree.find(parent).ID, name)
	if len(found) != 1 {
		t.Fatalf("%d spans %s below %s: %+v", len(found), name, parent, tree)
	}
	return found[0]
}

// models are the requests to model servers for the regions of a page.
func (tree spanTree) models(page string) (all []otlptest.Span) {
	for _, region := range tree.named(page, "region") {
		all = append(all, tree.named(region.ID, "model")...)
	}
	return all
}

func (tree spanTree) draw(s otlptest.Span) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s(", s.Name)
	for _, child := range tree[s.ID] {
		b.WriteString(tree.draw(child))
	}
	b.WriteString(") ")
	return b.String()
}

// waterfall draws a trace as a picture: a bar a span, from its start to its end.
func waterfall(tree spanTree, root otlptest.Span) []byte {
	const row, left, width = 17, 250, 620
	total := root.Took()
	var bars bytes.Buffer
	rows := 0
	var add func(s otlptest.Span, depth int)
	add = func(s otlptest.Span, depth int) {
		y := 34 + rows*row
		rows++
		x := left + width*s.Start.Sub(root.Start).Seconds()/total.Seconds()
		w := max(1.5, width*s.Took().Seconds()/total.Seconds())
		label := s.Name
		for _, key := range []string{"ocr.page", "ocr.region"} {
			if v, has := s.Attributes[key]; has {
				label += fmt.Sprintf(" %v", v)
			}
		}
		note := fmt.Sprintf("%.0f ms", s.Took().Seconds()*1000)
		if tokens, has := s.Attributes["gen_ai.usage.output_tokens"]; has {
			note += fmt.Sprintf(", %v, first token %v ms, %v tokens", s.Attributes["ocr.endpoint"], s.Attributes["ocr.first_token_ms"], tokens)
		}
		colour := map[bool]string{true: "#c9b458", false: "#5b8fb9"}[strings.HasPrefix(s.Name, "wait")]
		if s.Name == "model" {
			colour = "#7a5ea8"
		}
		fmt.Fprintf(&bars, `<text x="%d" y="%d">%s</text><rect x="%.1f" y="%d" width="%.1f" height="11" rx="2" fill="%s"/>`, 8+11*depth, y+10, label, x, y+1, w, colour)
		if end := x + w + 5; end < left+width-230 || w < 260 {
			fmt.Fprintf(&bars, `<text x="%.1f" y="%d" class="n">%s</text>`, end, y+10, note)
		} else {
			fmt.Fprintf(&bars, `<text x="%.1f" y="%d" class="w">%s</text>`, x+5, y+10, note)
		}
		bars.WriteByte('\n')
		for _, child := range tree[s.ID] {
			add(child, depth+1)
		}
	}
	add(root, 0)
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1100 %d" font-family="sans-serif" font-size="11" fill="#222"><style>.n{fill:#555}.w{fill:#fff}</style>
<rect width="1100" height="%d" fill="#fff"/><text x="8" y="18" font-weight="bold">The trace of a document of three pages, %.0f ms: a stand-in for vLLM, three regions a page</text>
%s</svg>
`, 44+rows*row, 44+rows*row, total.Seconds()*1000, bars.String())
}
