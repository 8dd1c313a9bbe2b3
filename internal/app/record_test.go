package app_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/app"
	"ocr-gateway/internal/config"
	"ocr-gateway/layout/doclayout/doclayouttest"
)

var (
	record   = flag.String("record", "", "PDF of which to record what layoutstub and fakevllm are to answer")
	recordTo = flag.String("to", "", "folder for boxes.json and answers.json")
)

// classes are those of PP-DocLayoutV3 for the types of regions.
var classes = map[document.RegionType]int{
	document.RegionText: 22, document.RegionList: 22, document.RegionCode: 22, document.RegionTitle: 17, document.RegionTable: 21, document.RegionImage: 14,
	document.RegionCaption: 7, document.RegionHeader: 12, document.RegionFooter: 8, document.RegionPageNumber: 16, document.RegionFootnote: 10, document.RegionReference: 19,
}

// TestRecord has the embedded engine say where the regions of a document's pages are, and its own words, which must
// not lie, say what stands on them, for load runs in which a layout model and a vision model are
// played from that. The boxes are as wide of the lines as that detector's are.
func TestRecord(t *testing.T) {
	if *record == "" {
		t.Skip("-record names no PDF")
	}
	pdf, err := os.ReadFile(*record)
	if err != nil {
		t.Fatal(err)
	}
	boxes := map[int][]doclayouttest.Box{}
	for _, page := range read(t, embeddedProgram(t), pdf, map[string]string{"text_layer": "verified"}).Pages {
		for _, r := range page.Regions {
			const around = 3 // pixels
			b := r.BBox
			boxes[page.Number] = append(boxes[page.Number], doclayouttest.Box{Class: classes[r.Type], BBox: [4]int{
				max(b[0]-around, 0), max(b[1]-around, 0), min(b[2]+around, page.Width), min(b[3]+around, page.Height),
			}})
		}
	}
	s := newSight(t)
	found := map[string][]doclayouttest.Box{}
	s.show(t, pdf, func(page *document.Page) []doclayouttest.Box {
		found[doclayouttest.PageOf(page.Image).Sum()] = boxes[page.Number]
		return boxes[page.Number]
	}, func(page *document.Page, box document.BBox) string { return wordsIn(page.Words, box) })
	answers := map[string]string{}
	for sum, crop := range s.on {
		answers[sum] = crop.text
	}
	for name, content := range map[string]any{"boxes.json": found, "answers.json": answers} {
		data, err := json.Marshal(content)
		if err == nil {
			err = os.WriteFile(filepath.Join(*recordTo, name), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func embeddedProgram(t *testing.T) *app.App {
	cfg := config.Default()
	cfg.Engine.Kind, cfg.Engine.Embedded.Dir = config.EngineEmbedded, filepath.Clean(models)
	cfg.Raster.Command = []string{"/proc/self/exe", childArgument}
	a, err := app.New(cfg, "test", quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// wordsIn are the words in a box, row by row.
func wordsIn(words []document.Word, box document.BBox) string {
	var in []document.Word
	for _, w := range words {
		if x, y := (w.BBox[0]+w.BBox[2])/2, (w.BBox[1]+w.BBox[3])/2; x >= box[0] && x < box[2] && y >= box[1] && y < box[3] {
			in = append(in, w)
		}
	}
	slices.SortStableFunc(in, func(a, b document.Word) int { return cmp.Compare(a.BBox[1]+a.BBox[3], b.BBox[1]+b.BBox[3]) })
	var out strings.Builder
	for from := 0; from < len(in); {
		to, first := from+1, in[from].BBox
		for to < len(in) && (in[to].BBox[1]+in[to].BBox[3])/2 < first[3] {
			to++
		}
		row := in[from:to]
		slices.SortStableFunc(row, func(a, b document.Word) int { return cmp.Compare(a.BBox[0], b.BBox[0]) })
		for i, w := range row {
			if from+i > 0 {
				out.WriteByte(' ')
			}
			out.WriteString(w.Text)
		}
		from = to
	}
	return out.String()
}
