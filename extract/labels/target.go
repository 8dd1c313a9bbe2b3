package labels

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
)

// Target is what to look for to fill a field.
type Target struct {
	Field   *schema.Field
	Concept *Concept           // nil for what only this schema has
	Form    Form               // of the concept, or from the field's own words
	Labels  map[string]float64 // by the letters of a label: how certainly it announces the value
	Side    Side
}

// Is reports whether the target is the concept of this name.
func (t *Target) Is(concept string) bool { return t.Concept != nil && t.Concept.Name == concept }

// Side is the party of a transaction that a field is about.
type Side int

// The sides.
const (
	NoSide Side = iota
	Issuer
	Recipient
)

// sides maps words in the names of fields to the side that they mean.
var sides = sync.OnceValue(func() map[string]Side {
	found := map[string]Side{}
	for w := range strings.FieldsSeq("issuer vendor seller supplier partner sender merchant company lieferant verkaeufer fournisseur vendeur proveedor fornitore leverancier") {
		found[w] = Issuer
	}
	for w := range strings.FieldsSeq("customer buyer client recipient billing bill kunde acheteur cliente klant") {
		found[w] = Recipient
	}
	return found
})

// TargetOf returns what to look for to fill a field. parents are the words in the names of the groups
// that the field is in.
func TargetOf(f *schema.Field, parents []string) Target {
	words := SplitName(f.Name)
	t := Target{Field: f, Labels: map[string]float64{}}
	t.Concept = conceptOf(f, words)
	var rest []string
	for _, w := range slices.Concat(parents, words) {
		if s, ok := sides()[w]; ok && t.Side == NoSide {
			t.Side = s
		}
	}
	for _, w := range words {
		if _, ok := sides()[w]; !ok {
			rest = append(rest, w)
		}
	}
	if t.Concept == nil && t.Side != NoSide {
		if t.Concept = conceptOf(f, rest); len(rest) == 0 || slices.Equal(rest, []string{"name"}) {
			t.Concept = conceptOf(f, []string{map[Side]string{Issuer: "issuer", Recipient: "recipient"}[t.Side]})
		}
	}
	own := 1.0
	if t.Concept != nil {
		own = 0.8
		t.Form = t.Concept.Form
		t.Labels = OfConcept(t.Concept.Name)
	}
	t.addOwn(words, own)
	t.addOwn(SplitName(f.Title), own)
	return t
}

// Own returns a field's own name and title as labels, by their letters.
func Own(f *schema.Field) map[string]float64 {
	t := Target{Field: f, Labels: map[string]float64{}}
	if f.Name != "" {
		t.addOwn(SplitName(f.Name), 1)
		t.addOwn(SplitName(f.Title), 1)
	}
	return t.Labels
}

// addOwn adds the field's own name as a label, with and without the words that only state the form of its
// value.
func (t *Target) addOwn(words []string, score float64) {
	add := func(words []string, score float64) {
		if key := strings.Join(words, ""); len(key) > 1 {
			t.Labels[key] = max(t.Labels[key], score)
		}
	}
	add(words, score)
	if t.Concept != nil {
		return
	}
	add(slices.DeleteFunc(slices.Clone(words), IsFiller), score)
	for i, w := range words {
		if formWords[w] == ID && len(words) > 1 { // "member_number" is printed as "Member no."
			for _, other := range numberWords {
				add(slices.Concat(words[:i], []string{other}, words[i+1:]), score)
			}
		}
	}
	var kept []string
	for _, w := range words {
		if s, ok := formWords[w]; ok {
			t.Form = s
		} else {
			kept = append(kept, w)
		}
	}
	if len(kept) < len(words) && len(kept) > 0 {
		add(kept, score*0.95)
	}
}

// conceptOf finds the concept that has a field of this name and fits its kind.
func conceptOf(f *schema.Field, words []string) *Concept {
	var best *Concept
	for _, c := range byFieldName()[bag(words)] {
		if best == nil || c.Form.Numeric() == f.Kind.Numeric() {
			best = c
		}
	}
	return best
}

// ColumnTarget returns what to look for in the headings of a table to find the values of an item's field.
func ColumnTarget(f *schema.Field) Target {
	words := SplitName(f.Name)
	t := Target{Field: f, Labels: map[string]float64{}}
	numeric := f.Kind.Numeric()
	for _, c := range columnsByName()[bag(words)] {
		if t.Concept == nil || c.Form.Numeric() == numeric && t.Concept.Form.Numeric() != numeric {
			t.Concept, t.Form = c, c.Form
		}
	}
	if t.Concept != nil {
		for l := range strings.SplitSeq(t.Concept.labels, "|") {
			t.Labels[printed.Letters(l)] = 0.9
		}
	}
	t.Labels[strings.Join(words, "")] = 1
	if f.Title != "" {
		t.Labels[printed.Letters(f.Title)] = 1
	}
	delete(t.Labels, "")
	return t
}

// SplitName splits snake_case, kebab-case and camelCase into folded words.
func SplitName(name string) []string {
	var words []string
	var word []rune
	runes := []rune(name)
	end := func() {
		if len(word) > 0 {
			words = append(words, printed.Fold(string(word)))
		}
		word = nil
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			continue
		case i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1])):
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}
