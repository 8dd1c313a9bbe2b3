package app

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/ground"
)

// TestGrounding: what a model read on generated pages gets the places at which the embedded
// engine sees it, and where it read wrong the two agree less. It prints how well.
func TestGrounding(t *testing.T) {
	a := embeddedApp(t)
	eyes := &eyes{open: a.openEmbedded}
	defer func() {
		if err := eyes.close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	random := rand.New(rand.NewPCG(1, 2))
	all := overlap{}
	var right, wrong []float64 // confidence of words by whether the model read them
	for name, pdf := range generatedPages(*lines) {
		if name == "turned" || *lines == fewLines && strings.HasPrefix(name, "helvetica") {
			continue
		}
		page, words := drawnPage(t, a, pdf)
		seen, err := eyes.see(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		region, misread := asAModel(words, page, random)
		regions := []document.Region{region}
		ground.Words(regions, seen)
		one := compare(words, document.PageResult{Regions: regions})
		t.Logf("%s: %v", name, one)
		all.add(one)
		for _, w := range regions[0].Words {
			if misread[w.Text] {
				wrong = append(wrong, *w.Confidence)
			} else {
				right = append(right, *w.Confidence)
			}
		}
		page.Release()
	}
	t.Logf("all pages: %v; of %d words %d were misread: AUROC %.3f", all, len(right)+len(wrong), len(wrong), auroc(right, wrong))
	if all.recall() < .95 || all.iou() < .7 || auroc(right, wrong) < .9 {
		t.Error("recall below .95, mean IoU below .7 or AUROC below .9")
	}
}

// asAModel is what a model makes of a page: its words in their order, one of twelve misread
// by a letter.
func asAModel(words []document.Word, page *document.Page, random *rand.Rand) (document.Region, map[string]bool) {
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b document.Word) int {
		if d := a.BBox[1] - b.BBox[1]; d < -12 || d > 12 {
			return d
		}
		return cmp.Compare(a.BBox[0], b.BBox[0])
	})
	misread := map[string]bool{}
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
		if random.IntN(12) == 0 {
			letters := []rune(w.Text)
			letters[random.IntN(len(letters))] = []rune("qxzjkw")[random.IntN(6)]
			texts[i] = string(letters)
			misread[texts[i]] = true
		}
	}
	return document.Region{BBox: document.BBox{0, 0, page.Width, page.Height}, Format: document.FormatText, Content: strings.Join(texts, " ")}, misread
}

// auroc is how likely a word that was read right has more confidence than one that was not
// (Hanley and McNeil, 1982).
func auroc(right, wrong []float64) float64 {
	sum := 0.0
	for _, r := range right {
		for _, w := range wrong {
			switch {
			case r > w:
				sum++
			case r == w:
				sum += .5
			}
		}
	}
	return sum / float64(len(right)*len(wrong))
}
