package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/layout/doclayout/doclayouttest"
)

// layout starts a stand-in for the layout sidecar that finds what find says on each page.
func layout(t *testing.T, find func(width, height int) []doclayouttest.Box) (address string) {
	server := httptest.NewServer(doclayouttest.Sidecar(find))
	t.Cleanup(server.Close)
	return server.URL
}

// oneOfEach finds a title, a chart, a table, a formula, a seal and text, one under the other.
func oneOfEach(width, height int) (boxes []doclayouttest.Box) {
	classes := []int{6, 3, 21, 5, 20, doclayouttest.Text}
	parts := 2*len(classes) + 1
	for i, class := range classes {
		boxes = append(boxes, doclayouttest.Box{Class: class, BBox: [4]int{100, height * (2*i + 1) / parts, width - 100, height * (2*i + 2) / parts}})
	}
	return boxes
}

// serveModel starts a server on a scripted model, which is found by what the model server
// lists, and waits for it.
func serveModel(t *testing.T, name string, env ...string) (base string, fake *enginetest.Fake) {
	t.Helper()
	scripted := enginetest.Models[name]
	fake = enginetest.NewFake(enginetest.Config{Model: "served", Root: scripted.Root, Answer: scripted.Answer})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	base = serveVLLM(t, server.URL, append([]string{
		"OCR_VLLM_MODEL=served", "OCR_LAYOUT_SIDECAR=auto", "OCR_LAYOUT_URL=" + layout(t, oneOfEach),
	}, env...)...)
	waitHealth(t, base, func(state, status string) bool { return state == "ready" && status == "ok" })
	return base, fake
}

// shown is a region as tests compare it.
func shown(r document.Region) string {
	content, _, _ := strings.Cut(r.Content, "\n")
	if len(content) > 40 {
		content = content[:40]
	}
	return strings.TrimSpace(fmt.Sprintf("%s/%s %s %s", r.Type, r.Label, r.Status, content))
}

// TestDocumentByEachModel reads a whole document through each profile.
func TestDocumentByEachModel(t *testing.T) {
	for name, want := range map[string]struct {
		profile, layout string
		regions         []string
	}{
		"glm-ocr": {"glm-ocr", "pp-doclayout-v3", []string{
			"title/doc_title ok Invoice No. 2024-0417", "image/chart skipped", "table/table ok <table><tr><th>Item</th><th>Qty</th></tr",
			`formula/display_formula ok E = mc^{2} + \frac{a}{b}`, "text/seal ok Invoice No. 2024-0417", "text/text ok Invoice No. 2024-0417",
		}},
		"paddleocr-vl": {"paddleocr-vl/1.6", "pp-doclayout-v3", []string{
			"title/doc_title ok Invoice No. 2024-0417", "table/chart ok <table><tr><th>Year</th><th>Sales</th></", `table/table ok <table><tr><td>Item</td><td colspan="2">`,
			`formula/display_formula ok E = mc^{2} + \frac{a}{b}`, "text/seal ok Müller & Söhne GmbH", "text/text ok Invoice No. 2024-0417",
		}},
		"lightonocr": {"lightonocr/3-1b", "model", []string{
			"header/header ok Müller & Söhne", "title/title ok Invoice No. 2024-0417", "text/text ok Billed to a customer whose name flows in", "image/image skipped",
			"text/text ok", "table/table ok <table>", "formula/formula ok E = mc^{2}", "page_number/page_number ok 7",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			base, fake := serveModel(t, name, "OCR_VLLM_CHARTS=true")
			if health, info := get(t, base+"/health"), get(t, base+"/api/info"); !strings.Contains(health, `"profile":"`+want.profile+`"`) || !strings.Contains(info, `"profile":"`+want.profile+`"`) {
				t.Errorf("the profile is not shown: %s %s", health, info)
			}
			result := readSample(t, base, "images", "ref")
			if result.Status != document.StatusOK || result.Layout != want.layout || result.Summary.OK != 3 {
				t.Errorf("%s, layout %s, %+v", result.Status, result.Layout, result.Summary)
			}
			asked := 0
			for _, page := range result.Pages {
				var got []string
				for _, r := range page.Regions {
					got = append(got, shown(r))
					asked += r.Attempts
					if (r.Image != "") != (r.Type == document.RegionImage) || r.Image != "" && len(page.Images[r.Image]) == 0 {
						t.Errorf("%s: image %q", r.ID, r.Image)
					}
				}
				if strings.Join(got, "\n") != strings.Join(want.regions, "\n") {
					t.Errorf("page %d:\n%s\nwant\n%s", page.Number, strings.Join(got, "\n"), strings.Join(want.regions, "\n"))
				}
				if !strings.Contains(page.Markdown, "# "+enginetest.PageLine) {
					t.Errorf("page %d: %q", page.Number, page.Markdown)
				}
			}
			if n := fake.Counts().Requests; n != asked || result.Usage.Attempts != asked {
				t.Errorf("%d requests, the regions say %d and the document %d", n, asked, result.Usage.Attempts)
			}
		})
	}
}

// TestPageModelDoesWhatItCan: without layout a page is Markdown, tasks that the model was
// not trained on are refused, and fields are found without it.
func TestPageModelDoesWhatItCan(t *testing.T) {
	base, fake := serveModel(t, "lightonocr", "OCR_CACHE_DIR="+t.TempDir())
	plain := readSample(t, base, "enable_layout", "false", "pages", "1")
	if got := plain.Pages[0].Regions; plain.Layout != "none" || len(got) != 6 || got[0].Type != document.RegionTitle || got[2].Content != enginetest.TableText {
		t.Errorf("layout %s, regions %+v", plain.Layout, got)
	}
	asked := fake.Counts().Requests
	again := readSample(t, base, "enable_layout", "false", "pages", "1")
	if !again.Pages[0].Cached || again.Markdown != plain.Markdown || fake.Counts().Requests != asked {
		t.Errorf("read again: %+v", again.Pages[0])
	}
	if other := readSample(t, base, "pages", "1"); other.Pages[0].Cached || other.Layout != "model" {
		t.Errorf("with layout: cached %v, layout %s", other.Pages[0].Cached, other.Layout)
	}
	for _, task := range []string{"table", "formula"} {
		status, answer := post(t, base+"/api/ocr/recognize", "application/json", "image", testdata+"sample.png", "task", task)
		if status != http.StatusUnprocessableEntity || !strings.Contains(answer, string(document.CodeTaskUnsupported)) || !strings.Contains(answer, "it can do text, document") {
			t.Errorf("task %s: %d %s", task, status, answer)
		}
	}
	status, answer := post(t, base+"/api/ocr/recognize", "application/json", "image", testdata+"sample.png", "task", "text")
	if status != http.StatusOK || !strings.Contains(answer, enginetest.PageLine) {
		t.Errorf("text: %d %s", status, answer)
	}
	status, answer = post(t, base+"/api/ocr/extract", "application/json", "file", testdata+"sample.png", "schema", `{"invoice_no":""}`)
	var fields struct {
		Method string
		Data   map[string]string
	}
	if err := json.Unmarshal([]byte(answer), &fields); err != nil || status != http.StatusOK || fields.Method != document.MethodHeuristic || fields.Data["invoice_no"] != "2024-0417" {
		t.Errorf("extract: %d, %v: %s", status, err, answer)
	}
}

// TestPagesByAModelThatFailsOrIsCut are accounted as pages of regions are.
func TestPagesByAModelThatFailsOrIsCut(t *testing.T) {
	loops := "![text](1,1,500,500) good\n![table](1,500,900,900) <table><tr><td>" + strings.Repeat("again and over ", 600)
	answers := map[int]enginetest.Answer{1: {Text: loops, Finish: "length"}, 2: {Text: loops, Finish: "length"}, 3: {Text: "![text](1,1,9,9) one\n![text](1,9,9,18) two and", Finish: "length"}}
	scripted := enginetest.Models["lightonocr"]
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{
		Model: "served", Root: scripted.Root, Answer: func(q enginetest.Request) enginetest.Answer { return answers[q.N] },
		Fault: func(q enginetest.Request) enginetest.Fault {
			if q.N > len(answers) {
				return enginetest.Fault{Status: http.StatusBadRequest}
			}
			return enginetest.Fault{}
		},
	}))
	defer fake.Close()
	base := serveVLLM(t, fake.URL, "OCR_VLLM_MODEL=served", "OCR_VLLM_PROFILE=lightonocr")
	waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
	for i, want := range []string{"text/text ok good|table/table truncated <table><tr><td>again and over</td></tr><", "text/text ok one|text/text truncated two and"} {
		page := readSample(t, base, "pages", "1").Pages[0]
		var got []string
		for _, r := range page.Regions {
			got = append(got, shown(r))
		}
		if strings.Join(got, "|") != want || page.Status != document.StatusPartial {
			t.Errorf("page %d, %s: %q, want %q", i, page.Status, got, want)
		}
	}
	status, answer := post(t, base+"/api/ocr/document", "application/json", "file", testdata+"sample.pdf", "pages", "1")
	if status != http.StatusBadGateway || !strings.Contains(answer, "status 400") {
		t.Errorf("%d: %s", status, answer)
	}
}

// TestModelsWithoutAProfileAreNotGuessed: health says what to do, and a second server with
// another model is left out.
func TestModelsWithoutAProfileAreNotGuessed(t *testing.T) {
	list := func(root string) string {
		server := httptest.NewServer(enginetest.NewFake(enginetest.Config{Model: "served", Root: root}))
		t.Cleanup(server.Close)
		return server.URL
	}
	wait := func(base, words string) {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for health := ""; !strings.Contains(health, words); health = get(t, base+"/health") {
			if time.Now().After(deadline) {
				t.Fatalf("no %q in %s", words, health)
			}
			time.Sleep(20 * time.Millisecond) // between two questions
		}
	}
	wait(serveVLLM(t, list("acme/some-vlm"), "OCR_VLLM_MODEL=served"), "set vllm.profile to one of auto, glm-ocr, paddleocr-vl, lightonocr")
	wait(serveVLLM(t, list("acme/some-vlm"), "OCR_VLLM_MODEL=served", "OCR_VLLM_PROFILE=paddleocr-vl"), `"profile":"paddleocr-vl","state":"ready"`)
	wait(serveVLLM(t, list("zai-org/GLM-OCR")+","+list("PaddlePaddle/PaddleOCR-VL-1.5"), "OCR_VLLM_MODEL=served"), "all endpoints must serve the same")
}
