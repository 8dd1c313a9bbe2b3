package labels

import (
	"slices"
	"strings"
	"sync"

	"ocr-gateway/extract/printed"
)

// Meaning is what a label may announce.
type Meaning struct {
	Concept *Concept
	Score   float64 // how certainly
}

// ranks are the scores of the groups in Concept.labels.
var ranks = []float64{1, 0.85, 0.7}

// lexicon maps the letters of a label to its meanings. Like all indexes here it is made when it is first
// used.
var lexicon = sync.OnceValue(func() map[string][]Meaning {
	m := map[string][]Meaning{}
	for i := range concepts {
		c := &concepts[i]
		for rank, group := range strings.Split(c.labels, ";") {
			for l := range strings.SplitSeq(group, "|") {
				key := printed.Letters(l)
				m[key] = append(m[key], Meaning{c, ranks[rank]})
			}
		}
	}
	return m
})

// Lookup returns what a label, given by its letters, may announce.
func Lookup(key string) []Meaning { return lexicon()[key] }

// OfConcept returns the labels of a concept, by their letters, and how certain they are.
func OfConcept(name string) map[string]float64 {
	found := map[string]float64{}
	for key, all := range lexicon() {
		for _, m := range all {
			if m.Concept.Name == name {
				found[key] = max(found[key], m.Score)
			}
		}
	}
	return found
}

// byFieldName finds concepts by the words of a field's name, in any order.
var byFieldName = sync.OnceValue(func() map[string][]*Concept { return byName(concepts) })

// columnsByName finds columns by the words of a field's name, in any order.
var columnsByName = sync.OnceValue(func() map[string][]*Concept { return byName(columns) })

func byName(all []Concept) map[string][]*Concept {
	m := map[string][]*Concept{}
	for i := range all {
		for name := range strings.SplitSeq(all[i].fields, "|") {
			key := bag(strings.Fields(name))
			m[key] = append(m[key], &all[i])
		}
	}
	return m
}

// bag returns a set of words as a key.
func bag(words []string) string {
	words = slices.Clone(words)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// formWords state only the form of a value: date_check_in is printed under "Check in".
var formWords = map[string]Form{
	"date": Date, "datum": Date, "amount": Amount, "number": ID, "numero": ID, "nummer": ID, "no": ID, "nr": ID, "id": ID, "total": Amount,
}

// numberWords are abbreviations of "number" in labels.
var numberWords = []string{"no", "nr", "n", "number", "numero"}

// fillers are words of labels that names of fields leave out: "date_limite_paiement" is printed as "Date
// limite de paiement".
var fillers = func() map[string]bool {
	found := map[string]bool{}
	for w := range strings.FieldsSeq("of the de du des d la le les l del della dei di do da dos van der het den des und") {
		found[w] = true
	}
	return found
}()

// IsFiller reports whether the names of fields leave out a word of labels.
func IsFiller(word string) bool { return fillers[word] }
