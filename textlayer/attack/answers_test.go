package attack_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/layout/doclayout/doclayouttest"
	"ocr-gateway/raster"
	"ocr-gateway/textlayer"
	"ocr-gateway/textlayer/attack"
)

// TestAnswersTeachNoFalseCharacters wants no passage to be believed that says what is not seen, however often
// a model has read the whole document, which sees what there is and errs as models do.
func TestAnswersTeachNoFalseCharacters(t *testing.T) {
	const times = 3
	r := gateway(t)
	var all tally
	some := attack.Kinds()
	if *only != "" {
		some = strings.Split(*only, ",")
	}
	for _, kind := range some {
		var of tally
		for seed := range max(*whole, 1) {
			got := answer(t, r, attack.Make(kind, uint64(seed)), times)
			of.seen, of.taken, of.wrong = of.seen+got.seen, of.taken+got.taken, of.wrong+got.wrong
		}
		t.Logf("%-18s %7d seen %7d taken (%5.1f %%) %d wrong", kind, of.seen, of.taken, 100*float64(of.taken)/float64(max(of.seen, 1)), of.wrong)
		if kind == "clean" && float64(of.taken) < .8*float64(of.seen) {
			t.Errorf("of clean prose %d of %d characters are taken", of.taken, of.seen)
		}
		all.seen, all.taken, all.wrong = all.seen+of.seen, all.taken+of.taken, all.wrong+of.wrong
	}
	t.Logf("%-18s %7d seen %7d taken %d wrong", "all", all.seen, all.taken, all.wrong)
}

// answer has a document read so many times, and counts what is believed of it and what of that nobody sees.
func answer(t *testing.T, r *raster.Rasterizer, doc attack.Document, times int) (got tally) {
	t.Helper()
	pages, err := r.Open(t.Context(), document.NewSource("", doc.PDF), document.Options{TextLayer: document.TextLayerVerified})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	var drawn []*document.Page
	var boxes [][]document.BBox
	for page, err := range pages.Seq {
		if err != nil {
			t.Fatal(err)
		}
		var on []document.BBox
		for _, box := range doclayouttest.Rows(doclayouttest.PageOf(page.Image)) {
			on = append(on, box.BBox)
		}
		page.Release()
		drawn, boxes = append(drawn, page), append(boxes, on)
	}
	ledger := textlayer.New()
	for range times {
		got = tally{}
		for i, page := range drawn {
			sees := eye{doc.Pages[i], rand.New(rand.NewPCG(uint64(len(doc.PDF)), uint64(i)))}
			for _, l := range sees.page.Lines {
				got.seen += len([]rune(attack.Plain(l.Text)))
			}
			view := ledger.Look(page)
			if view == nil {
				continue
			}
			for _, p := range view.Passages(boxes[i]) {
				if !p.Believed || !p.Clear {
					continue
				}
				for _, l := range p.Lines {
					got.taken += len([]rune(attack.Plain(l.Text)))
					if wrong := sees.page.Astray(l.Text); wrong > 0 {
						got.wrong += wrong
						t.Errorf("%s page %d: %d false characters: %q", doc.Kind, i+1, wrong, l.Text)
					}
				}
			}
			answers := make([]string, len(boxes[i]))
			for j, box := range boxes[i] {
				answers[j] = sees.says(box)
			}
			if err := ledger.Learn(view.Lessons(answers)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return got
}

// says is what a model answers about a box: what is to be seen there, with errors, marks of form, and words that a line
// breaks in one.
func (e eye) says(box document.BBox) string {
	lines := e.page.In(float64(box[0]), float64(box[1]), float64(box[2]), float64(box[3]), pointsToPixels)
	words := strings.Fields(strings.ReplaceAll(strings.Join(lines, "\n"), "-\n", ""))
	for i := range words {
		switch e.rand.IntN(80) {
		case 0:
			words[i] = "**" + words[i] + "**"
		case 1:
			words[i] = "$" + words[i] + "$"
		}
	}
	if e.rand.IntN(20) == 0 && len(words) > 0 { // left out, or made up
		at := e.rand.IntN(len(words))
		words = slices.Concat(words[:at], []string{"more"}, words[min(at+2, len(words)):])
	}
	return e.blurred(strings.Join(words, " "))
}
