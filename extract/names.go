package extract

import (
	"slices"
	"strings"
	"unicode"
)

// target is what is looked for on behalf of a field.
type target struct {
	field   *field
	concept *concept           // nil for what only this schema knows
	sort    sort               // of the concept, or from the field's own words
	labels  map[string]float64 // letters of a label: how surely it announces the value
	side    side
}

// side is the party of a transaction that a field speaks of.
type side int

const (
	noSide side = iota
	issuer
	recipient
)

var sides = map[string]side{}

func init() {
	for w := range strings.FieldsSeq("issuer vendor seller supplier partner sender merchant company lieferant verkaeufer fournisseur vendeur proveedor fornitore leverancier") {
		sides[w] = issuer
	}
	for w := range strings.FieldsSeq("customer buyer client recipient billing bill kunde acheteur cliente klant") {
		sides[w] = recipient
	}
}

// splitName splits snake_case, kebab-case and camelCase into folded words.
func splitName(name string) []string {
	var words []string
	var word []rune
	runes := []rune(name)
	end := func() {
		if len(word) > 0 {
			words = append(words, fold(string(word)))
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

// targetOf says what to look for. parents are the words of the names of the
// groups that the field is in.
func targetOf(f *field, parents []string) target {
	words := splitName(f.name)
	t := target{field: f, labels: map[string]float64{}}
	t.concept = conceptOf(f, words)
	var rest []string
	for _, w := range slices.Concat(parents, words) {
		if s, ok := sides[w]; ok && t.side == noSide {
			t.side = s
		}
	}
	for _, w := range words {
		if _, ok := sides[w]; !ok {
			rest = append(rest, w)
		}
	}
	if t.concept == nil && t.side != noSide {
		if t.concept = conceptOf(f, rest); len(rest) == 0 || slices.Equal(rest, []string{"name"}) {
			t.concept = conceptOf(f, []string{map[side]string{issuer: "issuer", recipient: "recipient"}[t.side]})
		}
	}
	own := 1.0
	if t.concept != nil {
		own = 0.8
		t.sort = t.concept.sort
		t.labels = labelsOf(t.concept.name)
	}
	t.addOwn(words, own)
	t.addOwn(splitName(f.title), own)
	return t
}

// addOwn adds the field's own name as a label, with and without the words that
// only say what kind of value it has.
func (t *target) addOwn(words []string, score float64) {
	add := func(words []string, score float64) {
		if key := strings.Join(words, ""); len(key) > 1 {
			t.labels[key] = max(t.labels[key], score)
		}
	}
	add(words, score)
	if t.concept != nil {
		return
	}
	var kept []string
	for _, w := range words {
		if s, ok := typeWords[w]; ok {
			t.sort = s
		} else {
			kept = append(kept, w)
		}
	}
	if len(kept) < len(words) && len(kept) > 0 {
		add(kept, score*0.95)
	}
}

// conceptOf finds the concept that has a field of this name and fits its kind.
func conceptOf(f *field, words []string) *concept {
	numeric := f.kind == number || f.kind == integer
	var best *concept
	for _, c := range byFieldName[bag(words)] {
		counts := c.sort == sortAmount || c.sort == sortPercent
		if best == nil || counts == numeric {
			best = c
		}
	}
	return best
}
