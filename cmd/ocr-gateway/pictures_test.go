package main

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
)

// pictureLayout speaks the layout sidecar's protocol and finds on every page
// an image and, below it, a table.
func pictureLayout(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"status":"ready","model":"fake","device":"none"}`)
	})
	mux.HandleFunc("POST /v1/layout", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		width, _ := strconv.Atoi(r.Header.Get("X-Width"))
		height, _ := strconv.Atoi(r.Header.Get("X-Height"))
		fmt.Fprintf(w, `{"width":%d,"height":%d,"boxes":[
			{"class_id":14,"score":0.9,"bbox":[100,100,400,300],"order":0,"polygon":null},
			{"class_id":21,"score":0.9,"bbox":[100,400,%d,%d],"order":1,"polygon":null}]}`, width, height, width-100, height-100)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

const tableBars = "| Item | Qty |\n| --- | --- |\n| Bolt M8 | 40 |" // enginetest.TableText

func TestPicturesAndTablesAsAsked(t *testing.T) {
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer fake.Close()
	base := serveVLLM(t, fake.URL, "OCR_LAYOUT_SIDECAR=auto", "OCR_LAYOUT_URL="+pictureLayout(t), "OCR_PIPELINE_MAX_IMAGES=2")
	waitHealth(t, base, func(state, status string) bool { return state == "ready" && status == "ok" })

	result := readSample(t, base, "images", "ref", "table_format", "markdown")
	kept, left := 0, 0
	for _, page := range result.Pages {
		region := page.Regions[0]
		name := fmt.Sprintf("page-%d-region-1.png", page.Number)
		want := fmt.Sprintf("![p%dr1](%s)\n\n%s", page.Number, name, tableBars)
		if region.Image == "" {
			left++
			want = "<!-- " + region.ID + ": " + region.Error.Detail + " -->\n\n" + tableBars
		} else if img, _, err := image.Decode(bytes.NewReader(page.Images[name])); err != nil || img.Bounds().Size() != image.Pt(300, 200) {
			t.Errorf("%s: %v", name, err)
		} else {
			kept++
		}
		if page.Markdown != want || page.Status != document.StatusOK || region.Status != document.StatusSkipped {
			t.Errorf("page %d, %s: %q, want %q", page.Number, page.Status, page.Markdown, want)
		}
		if page.Regions[1].Content != enginetest.TableText {
			t.Errorf("page %d: the region's table changed: %q", page.Number, page.Regions[1].Content)
		}
	}
	if kept != 2 || left != 1 {
		t.Errorf("%d images kept and %d left out, want 2 and 1", kept, left)
	}

	if result := readSample(t, base, "images", "inline", "pages", "1"); !strings.HasPrefix(result.Markdown, "![p1r1](data:image/png;base64,") || !strings.HasSuffix(result.Markdown, enginetest.TableText) {
		t.Errorf("inline: %.200q", result.Markdown)
	}
	if result := readSample(t, base); strings.Contains(result.Markdown, "![") || result.Pages[0].Images != nil || result.Pages[0].Regions[0].Image != "" {
		t.Errorf("images that nobody asked for: %.200q", result.Markdown)
	}
}

func TestTablesOverPageBreaks(t *testing.T) {
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer fake.Close()
	base := serveVLLM(t, fake.URL)
	waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
	for join, want := range map[string]string{
		"false": tableBars + "\n\n" + tableBars + "\n\n" + tableBars,
		"true":  tableBars + "\n| Bolt M8 | 40 |\n| Bolt M8 | 40 |", // the header is not repeated
	} {
		status, answer := post(t, base+"/api/ocr/recognize", "text/markdown", "image", testdata+"sample.pdf", "task", "table", "join_tables", join, "table_format", "markdown")
		if status != http.StatusOK || strings.TrimSpace(answer) != want {
			t.Errorf("join_tables=%s: %d: %s", join, status, answer)
		}
	}
	status, answer := post(t, base+"/api/ocr/recognize", "application/json", "image", testdata+"sample.pdf", "task", "table", "join_tables", "true")
	if status != http.StatusOK || !strings.Contains(answer, `"merged_into":"p1r1"`) {
		t.Errorf("moved rows do not say where: %d: %s", status, answer)
	}
}

func TestPicturesAreWrittenBesideTheMarkdown(t *testing.T) {
	result := &document.Result{Markdown: "![p1r1](a.pdf-page-1-region-1.png)", Pages: []document.PageResult{
		{Number: 1, Images: map[string][]byte{"a.pdf-page-1-region-1.png": []byte("one")}},
		{Number: 2, Images: map[string][]byte{"a.pdf-page-2-region-1.jpg": []byte("two")}},
	}}
	for name, files := range map[string]map[string]string{
		"md": {
			"a.pdf.md":                  result.Markdown + "\n",
			"a.pdf-page-1-region-1.png": "one", "a.pdf-page-2-region-1.jpg": "two",
		},
		"txt": {"a.pdf.txt": ""},
	} {
		f, err := formatNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := (ocrJob{format: f, outDir: dir}).write("in/a.pdf", result); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != len(files) {
			t.Errorf("%s: wrote %v, %v", name, entries, err)
		}
		for file, want := range files {
			if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != want {
				t.Errorf("%s: %s holds %q, %v", name, file, got, err)
			}
		}
	}
}
