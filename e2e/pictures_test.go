package e2e_test

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/layout/doclayout/doclayouttest"
)

// pictureAndTable finds an image and, below it, a table.
func pictureAndTable(width, height int) []doclayouttest.Box {
	return []doclayouttest.Box{{Class: 14, BBox: [4]int{100, 100, 400, 300}}, {Class: 21, BBox: [4]int{100, 400, width - 100, height - 100}}}
}

const tableBars = "| Item | Qty |\n| --- | --- |\n| Bolt M8 | 40 |" // enginetest.TableText

func TestPicturesAndTablesAsAsked(t *testing.T) {
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer fake.Close()
	base := serveVLLM(t, fake.URL, "OCR_LAYOUT_SIDECAR=auto", "OCR_LAYOUT_URL="+layout(t, pictureAndTable), "OCR_PIPELINE_MAX_IMAGES=2")
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
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer fake.Close()
	for format, files := range map[string][]string{
		"md":  {"sample.pdf-page-1-region-1.png", "sample.pdf-page-2-region-1.png", "sample.pdf.md"},
		"txt": {"sample.pdf.txt"},
	} {
		dir := t.TempDir()
		cmd := program.Command(t, "ocr", testdata+"sample.pdf", "--pages", "1-2", "--images", "ref", "--format", format, "-o", dir)
		cmd.Env = append(cmd.Env, "OCR_VLLM_ENDPOINTS="+fake.URL, "OCR_LAYOUT_SIDECAR=auto", "OCR_LAYOUT_URL="+layout(t, pictureAndTable))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var written []string
		for _, entry := range entries {
			written = append(written, entry.Name())
		}
		if !slices.Equal(written, files) {
			t.Errorf("%s: wrote %q, want %q", format, written, files)
		}
		text, err := os.ReadFile(filepath.Join(dir, files[len(files)-1]))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files[:len(files)-1] {
			picture, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if img, _, err := image.Decode(bytes.NewReader(picture)); err != nil || img.Bounds().Size() != image.Pt(300, 200) {
				t.Errorf("%s: %v", name, err)
			}
			if !strings.Contains(string(text), "]("+name+")") {
				t.Errorf("the Markdown does not name %s:\n%s", name, text)
			}
		}
	}
}
