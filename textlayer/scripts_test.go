package textlayer_test

import (
	"context"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/textlayer"
)

// inLetters writes rows in other letters, one for each of the small Latin ones.
func inLetters(r rows, letters string) rows {
	to, out := []rune(letters), rows{}
	for y, text := range r {
		out[y] = strings.Map(func(c rune) rune {
			if c >= 'a' && c <= 'z' {
				return to[c-'a']
			}
			return c
		}, text)
	}
	return out
}

const (
	syllables = "가나다라마바사아자차카타파하거너더러머버서어저처커터"
	cyrillic  = "абцдефгхийклмнопярстувшжюз"
)

// knowing reads in the ways that lines ask for, and nothing of other scripts in the usual one.
func (r rows) knowing(asked map[string]int) textlayer.Reader {
	return func(ctx context.Context, lines []document.Line) ([]document.Line, error) {
		out, err := r.read(ctx, lines)
		for i := range out {
			asked[lines[i].Script]++
			if lines[i].Script == "" && strings.ContainsFunc(out[i].Text, func(c rune) bool { return c > 0x300 }) {
				out[i].Text, out[i].Confidence = "", nil
			}
		}
		return out, err
	}
}

// TestScriptsOfTheReader: text in another script is taken where the reader knows that, and asked for by its name.
func TestScriptsOfTheReader(t *testing.T) {
	for _, c := range []struct {
		name, letters string
		knows         []string
		want          bool
	}{
		{"Hangul", syllables, []string{"Latin", "Hangul"}, true},
		{"Hangul", syllables, nil, false},
		{"Hangul", syllables, []string{"Cyrillic"}, false},
		{"Cyrillic", cyrillic, []string{"Cyrillic"}, true},
		{"Cyrillic", cyrillic, nil, false},
		{"Arabic", "ابتثجحخدذرزسشصضطظعغفقكلمنه", []string{"Arabic"}, false}, // shaped
	} {
		l, asked := textlayer.New(c.knows...), map[string]int{}
		taken := 0
		for range 2 {
			for _, part := range []rows{prose, more} {
				part = inLetters(part, c.letters)
				layer, err := l.Judge(t.Context(), part.sheet(same).page(), part.knowing(asked))
				if err != nil {
					t.Fatal(err)
				}
				taken += len(believed(layer))
			}
		}
		if (taken > 16) != c.want || (asked[c.name] > 0) != c.want {
			t.Errorf("%s, of a reader of %v: %d lines taken, %v asked for", c.name, c.knows, taken, asked)
		}
	}
}

// TestFormsThatScriptsShare: what is proven in lines of a script is not in those of another, and a line of nothing but
// forms that both have is not taken.
func TestFormsThatScriptsShare(t *testing.T) {
	l := textlayer.New("Cyrillic")
	for range 2 {
		for _, part := range []rows{prose, more} {
			part = inLetters(part, cyrillic)
			if _, err := l.Judge(t.Context(), part.sheet(same).page(), part.knowing(map[string]int{})); err != nil {
				t.Fatal(err)
			}
		}
	}
	page := inLetters(prose, cyrillic)
	page[360] = "сер сосо рас ора сор"         // Cyrillic letters that Latin has, too
	page[400] = "plain words оf sоme jury"     // Latin with Cyrillic о
	page[440] = inLetters(prose, cyrillic)[40] // honest
	layer, err := l.Judge(t.Context(), page.sheet(same).page(), page.knowing(map[string]int{}))
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Join(believed(layer), "|")
	if strings.Contains(texts, "сосо") || strings.Contains(texts, "оf") || !strings.Contains(texts, page[440]) {
		t.Errorf("taken: %s", texts)
	}
}
