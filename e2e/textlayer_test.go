package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/e2e/program"
	"ocr-gateway/raster/rastertest"
)

// verses are lines of prose, for pages that say what they show.
var verses = strings.Split(`the harbour committee met on Tuesday to discuss the repairs
and a budget for the old pier, which the storm had damaged
the report was read by the clerk, and the members heard it
with the plans of the outer basin, they sat until the evening
some had seen the water rise above the second step of stairs
others thought that the chain of the barrier had been broken
it was agreed to ask the builder for his price once more and
to see the place together before the end of the coming week`, "\n")

// written sets lines of text in Times.
func written(x, y, size float64, lines ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "BT /F2 %g Tf %g TL %g %g Td\n", size, 1.4*size, x, y)
	for _, line := range lines {
		fmt.Fprintf(&b, "(%s) Tj T*\n", line)
	}
	return b.String() + "ET\n"
}

// slips is a document of small pages, each of a few of the verses.
func slips(pages, from int) []byte {
	pdf := rastertest.NewPDF()
	for i := range pages {
		var lines []string
		for j := range 3 {
			lines = append(lines, verses[(from+i+3*j)%len(verses)])
		}
		pdf.Page("/MediaBox[0 0 340 90]", "", written(20, 66, 12, lines...))
	}
	return pdf.Bytes("")
}

// TestVerifiedTextIsReproducible reads documents 20 times, up to 16 at once, and wants answers that
// differ in nothing but what they cost.
func TestVerifiedTextIsReproducible(t *testing.T) {
	base := program.Serve(t).URL
	var documents []string
	for i := range 2 {
		documents = append(documents, inFile(t, fmt.Sprintf("slips%d.pdf", i), slips(4+i, 3*i)))
	}
	var mu sync.Mutex
	first := map[string]string{}
	run := 0
	for _, atOnce := range []int{1, 3, 16} {
		var group sync.WaitGroup
		for range atOnce {
			path := documents[run%len(documents)]
			run++
			group.Go(func() {
				status, answer := post(t, base+"/api/ocr/document", "application/json", "file", path, "text_layer", "verified")
				if status != http.StatusOK {
					t.Errorf("%d: %s", status, answer)
					return
				}
				said := withoutCosts(t, answer)
				mu.Lock()
				defer mu.Unlock()
				if first[path] == "" {
					first[path] = said
				}
				if said != first[path] {
					t.Errorf("%d at once:\n%s\nand before:\n%s", atOnce, said, first[path])
				}
			})
		}
		group.Wait()
	}
	for path, said := range first {
		if !strings.Contains(said, `"source":"pdf"`) || strings.Contains(said, `"verified":0`) {
			t.Errorf("%s: nothing is the PDF's own", path)
		}
	}
}

// withoutCosts is an answer without times and what names the request.
func withoutCosts(t *testing.T, answer string) string {
	var all map[string]any
	if err := json.Unmarshal([]byte(answer), &all); err != nil {
		t.Error(err)
	}
	delete(all, "id") // of this answer
	var strip func(any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			maps.DeleteFunc(v, func(key string, _ any) bool {
				return slices.Contains([]string{"timings_ms", "cpu_seconds", "request_id"}, key)
			})
			for _, inner := range v {
				strip(inner)
			}
		case []any:
			for _, inner := range v {
				strip(inner)
			}
		}
	}
	strip(all)
	b, err := json.Marshal(all)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

func inFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// collage is a page of its own text, a scan, a stamp over some of the text, and writing by hand.
func collage(t *testing.T) []byte {
	pdf := rastertest.NewPDF()
	pdf.Page("/MediaBox[0 0 595 842]", "", written(72, 760, 12, append(slices.Clone(verses), verses[:4]...)...))
	scan := gray(t, "../engine/embedded/testdata/notice.png")
	picture := pdf.Stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8", scan.Rect.Dx(), scan.Rect.Dy()), scan.Pix)
	const ring = "q .8 .1 .1 RG 4 w 400 700 m 400 722 382 740 360 740 c 338 740 320 722 320 700 c 320 678 338 660 360 660 c 382 660 400 678 400 700 c s Q\n"
	const hand = "q .1 .1 .3 RG 2.2 w 1 J 1 j 90 130 m 90 100 l 104 100 l S 118 130 m 134 130 l 124 100 l S 150 130 m 144 114 l 162 114 l S 158 122 m 157 100 l S 172 124 m 179 130 l 178 100 l S Q\n"
	pdf.Page("/MediaBox[0 0 595 842]", fmt.Sprintf("/XObject<</Scan %d 0 R>>", picture),
		written(72, 760, 12, verses...)+written(72, 560, 12, verses[:3]...)+ring+"q 420 0 0 261 72 200 cm /Scan Do Q\n"+hand)
	return pdf.Bytes("")
}

func gray(t *testing.T, path string) *image.Gray {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.Gray)
}

// TestVerifiedTextOfAMixedPage wants what a PDF says to be taken where it is seen, and all else on the
// page to be read: areas are told apart, not pages.
func TestVerifiedTextOfAMixedPage(t *testing.T) {
	base := program.Serve(t).URL
	status, answer := post(t, base+"/api/ocr/document", "application/json", "file", inFile(t, "collage.pdf", collage(t)), "text_layer", "verified")
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, answer)
	}
	var result document.Result
	if err := json.Unmarshal([]byte(answer), &result); err != nil {
		t.Fatal(err)
	}
	page := result.Pages[1]
	own, read := "", ""
	for _, region := range page.Regions {
		for _, line := range region.Lines {
			if line.Source == document.SourcePDF {
				own += line.Text + "\n"
			} else {
				read += line.Text + "\n"
			}
		}
	}
	if n := strings.Count(own, "\n"); n < 3 {
		t.Errorf("only %d lines are the PDF's own:\n%s", n, own)
	}
	for _, want := range []string{"watch on channel 12", "Pay 148.50 EUR in advance", "L741"} { // of the scan, and by hand
		if !strings.Contains(read, want) || strings.Contains(own, want) {
			t.Errorf("%q is not read:\n%s", want, read)
		}
	}
	for _, verse := range verses { // also those under the stamp
		if !strings.Contains(own+read, verse) {
			t.Errorf("lost: %q in\n%s\n%s", verse, own, read)
		}
	}
}
