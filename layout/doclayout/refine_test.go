package doclayout_test

import (
	"encoding/json"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/layout/doclayout"
)

// vector is boxes in, as class, score, x1, y1, x2, y2, order, and boxes out, as
// label, score, x1, y1, x2, y2.
type vector struct {
	Name string       `json:"name"`
	In   [][7]float64 `json:"in"`
	Size [2]int       `json:"size"`
	Out  [][]any      `json:"out"`
}

// refined runs a vector and writes the regions in its form.
func (v vector) refined(t *testing.T) []string {
	t.Helper()
	size := image.Pt(v.Size[0], v.Size[1])
	regions, _, err := doclayout.Refine(doclayout.DefaultConfig(), doclayout.Answer(size, v.In...), size)
	if err != nil {
		t.Fatal(err)
	}
	rows := []string{}
	for _, r := range regions {
		b := r.BBox
		rows = append(rows, fmt.Sprint(r.Label, " ", *r.Score, " ", b[0], b[1], b[2], b[3]))
	}
	return rows
}

func (v vector) wanted() []string {
	rows := []string{}
	for _, o := range v.Out {
		rows = append(rows, fmt.Sprint(o[0], " ", o[1], " ", o[2], o[3], o[4], o[5]))
	}
	return rows
}

func TestRefine(t *testing.T) {
	data, err := os.ReadFile("testdata/refine.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			if got, want := v.refined(t), v.wanted(); !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

// deliberate are the vectors of the reference with which we disagree, and what
// we give instead.
var deliberate = map[string]struct {
	why  string
	want []string
}{
	"different class, mutual containment (IoU .9): both dropped": {
		"the reference loses both boxes; the better one stays",
		[]string{"text 0.9 100 100 500 200"},
	},
	"text containing reference": {
		"the reference loses both boxes; the text, which holds it all, stays",
		[]string{"text 0.9 100 100 900 700"},
	},
	"reference block with entries": {
		"the reference keeps the list and abandons it later, with what was not found as an entry; " +
			"these entries cover less than half of it, so the list is read in one piece",
		[]string{"reference 0.9 100 100 900 700"},
	},
}

// TestReference compares with what the GLM-OCR SDK made of the same boxes.
func TestReference(t *testing.T) {
	folder := os.Getenv("OCR_TESTSET")
	if folder == "" {
		t.Skip("OCR_TESTSET is not set: no vectors of the reference")
	}
	data, err := os.ReadFile(filepath.Join(folder, "..", "reference", "sdk_golden.json"))
	if err != nil {
		t.Skipf("no vectors of the reference beside OCR_TESTSET: %v", err)
	}
	var golden struct {
		Layout []vector `json:"layout"`
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	equal, different := 0, 0
	for _, v := range golden.Layout {
		t.Run(v.Name, func(t *testing.T) {
			want := v.wanted()
			if d, ok := deliberate[v.Name]; ok {
				t.Logf("deliberately different: %s", d.why)
				want = d.want
				different++
			} else {
				equal++
			}
			if got := v.refined(t); !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
	t.Logf("%d of %d vectors equal, %d deliberately different", equal, len(golden.Layout), different)
	if different != len(deliberate) || equal == 0 {
		t.Errorf("%d of %d deliberate differences met", different, len(deliberate))
	}
}

func TestClassesHaveTypes(t *testing.T) {
	size := image.Pt(1000, 10_000)
	var rows [][7]float64
	for id := range 25 {
		y := float64(100 * id)
		rows = append(rows, [7]float64{float64(id), 0.9, 100, y, 500, y + 50, float64(id)})
	}
	regions, _, err := doclayout.Refine(doclayout.DefaultConfig(), doclayout.Answer(size, rows...), size)
	if err != nil || len(regions) != 25 {
		t.Fatalf("%d regions, %v", len(regions), err)
	}
	for id, want := range map[int]struct {
		label string
		kind  document.RegionType
		level int
	}{
		3: {"chart", document.RegionImage, 0}, 5: {"display_formula", document.RegionFormula, 0},
		6: {"doc_title", document.RegionTitle, 1}, 8: {"footer", document.RegionFooter, 0},
		10: {"footnote", document.RegionFootnote, 0}, 12: {"header", document.RegionHeader, 0},
		16: {"number", document.RegionPageNumber, 0}, 17: {"paragraph_title", document.RegionTitle, 2},
		18: {"reference", document.RegionReference, 0}, 21: {"table", document.RegionTable, 0},
		22: {"text", document.RegionText, 0}, 24: {"vision_footnote", document.RegionFootnote, 0},
	} {
		if r := regions[id]; r.Label != want.label || r.Type != want.kind || r.Level != want.level {
			t.Errorf("class %d is %s %s %d, want %v", id, r.Label, r.Type, r.Level, want)
		}
	}
}

func TestThresholdOfAClass(t *testing.T) {
	cfg := doclayout.DefaultConfig()
	cfg.Thresholds = []doclayout.ClassThreshold{{Class: "table", Score: 0.6}, {Class: "seal", Score: 0.1}}
	size := image.Pt(1000, 1000)
	regions, _, err := doclayout.Refine(cfg, doclayout.Answer(size,
		[7]float64{21, 0.5, 0, 0, 500, 100, 0}, [7]float64{20, 0.2, 0, 200, 500, 300, 1}, [7]float64{22, 0.2, 0, 400, 500, 500, 2}), size)
	if err != nil || len(regions) != 1 || regions[0].Label != "seal" {
		t.Errorf("regions %v, %v", regions, err)
	}
}

// TestNothingIsLost is about the rule behind all steps: at least half of what a box
// covered is covered by one region, whatever boxes there are.
func TestNothingIsLost(t *testing.T) {
	size := image.Pt(1000, 1000)
	rows := [][7]float64{}
	state := uint64(1)
	next := func(n uint64) float64 {
		state = state*6364136223846793005 + 1442695040888963407
		return float64((state >> 33) % n)
	}
	for round := range 200 {
		rows = rows[:0]
		for i := range 40 {
			x, y := next(900), next(900)
			rows = append(rows, [7]float64{next(25), 0.3 + next(70)/100, x, y, min(1000, x+1+next(400)), min(1000, y+1+next(200)), float64(i)})
		}
		regions, empty, err := doclayout.Refine(doclayout.DefaultConfig(), doclayout.Answer(size, rows...), size)
		if err != nil || empty != 0 || len(regions) == 0 {
			t.Fatalf("round %d: %d regions, %d empty, %v", round, len(regions), empty, err)
		}
		for _, r := range rows {
			in := image.Rect(int(r[2]), int(r[3]), int(r[4]), int(r[5]))
			if !slices.ContainsFunc(regions, func(reg document.Region) bool {
				shared := reg.BBox.Rect().Intersect(in)
				return 2*shared.Dx()*shared.Dy() >= in.Dx()*in.Dy()
			}) {
				t.Errorf("round %d: nothing is left of %v", round, r)
			}
		}
	}
}
