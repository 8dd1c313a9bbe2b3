package app_test

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/internal/app"
	"ocr-gateway/service"
	"ocr-gateway/textlayer/attack"
)

var (
	lies  = flag.Int("lies", 0, "documents of each kind to make; 0 makes one of a few kinds")
	kinds = flag.String("kinds", "clean,digits-swapped,lookalikes,one-wrong,homoglyphs,completed,several-letters,rare-lie,shared-program,white,covered,sandwich,raised,doubled", "")
)

func read(t testing.TB, a *app.App, pdf []byte, values map[string]string) *document.Result {
	t.Helper()
	opts, err := a.Service.Parse(service.Document, values)
	if err != nil {
		t.Fatal(err)
	}
	result, err := a.Service.Read(t.Context(), document.NewSource("", pdf), opts, func(document.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// own counts the characters of a result that are the PDF's, and those of them that nobody sees.
func own(t testing.TB, doc attack.Document, result *document.Result) (taken, wrong int) {
	for _, page := range result.Pages {
		for _, region := range page.Regions {
			if region.Source != document.SourcePDF {
				continue
			}
			for _, l := range region.Lines {
				n := doc.Pages[page.Number-1].Astray(l.Text)
				if n > 0 {
					t.Errorf("%s page %d: %d false characters: %q", doc.Kind, page.Number, n, l.Text)
				}
				taken, wrong = taken+len([]rune(attack.Plain(l.Text))), wrong+n
			}
		}
	}
	return taken, wrong
}

// TestAnswersTeachNoFalseCharacters: a model that says what is to be seen has a document that lies read wherever it
// does, and little of one that does not.
func TestAnswersTeachNoFalseCharacters(t *testing.T) {
	s := newSight(t)
	fake := enginetest.NewFake(enginetest.Config{Answer: s.answer})
	a := program(t, fake, nil)
	some := strings.Split(*kinds, ",")
	if *lies > 0 {
		some = attack.Kinds()
	}
	for _, kind := range some {
		seen, taken, wrong := 0, 0, 0
		for seed := range max(*lies, 1) {
			doc := attack.Make(kind, uint64(seed))
			r := rand.New(rand.NewPCG(uint64(seed), 1))
			s.show(t, doc.PDF, inBands, func(p *document.Page, box document.BBox) string { return slip(r, truth(doc)(p, box)) })
			result := read(t, a, doc.PDF, map[string]string{"text_layer": "verified"})
			n, bad := own(t, doc, result)
			taken, wrong = taken+n, wrong+bad
			for _, p := range doc.Pages {
				for _, l := range p.Lines {
					seen += len([]rune(attack.Plain(l.Text)))
				}
			}
			if got := result.Summary.TextLayer; got == nil || kind == "clean" && (got.Verified == 0 || got.Regions == 0) {
				t.Errorf("%s: counted %+v", kind, got)
			}
		}
		t.Logf("%-18s %7d seen %7d taken (%5.1f %%) %d wrong", kind, seen, taken, 100*float64(taken)/float64(max(seen, 1)), wrong)
	}
}

// slip has a model err now and then, and show the form of a text.
func slip(r *rand.Rand, text string) string {
	var out strings.Builder
	for _, word := range strings.SplitAfter(text, " ") {
		switch r.IntN(60) {
		case 0:
			word = "**" + strings.TrimSpace(word) + "** "
		case 1:
			word = strings.Replace(word, "e", "c", 1)
		case 2:
			word = strings.Replace(word, "a", "o", 1)
		}
		out.WriteString(word)
	}
	return out.String()
}
