package assemble

import (
	"strings"

	"ocr-gateway/document"
)

// UnwrapFormula removes one delimiter from each end. They need not match: answers are sometimes cut off or
// mixed.
func UnwrapFormula(s string) string {
	for _, open := range []string{"$$", `\[`, `\(`} {
		if rest, ok := strings.CutPrefix(s, open); ok {
			s = rest
			break
		}
	}
	for _, end := range []string{"$$", `\]`, `\)`} {
		if rest, ok := strings.CutSuffix(s, end); ok {
			s = rest
			break
		}
	}
	if s = strings.TrimSpace(s); len(s) > 2 && s[0] == '$' && closingDollar(s, 1) == len(s)-1 {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

// formulaNumber is the detector's label of a formula's number in the margin.
const formulaNumber = "formula_number"

// TagFormulas moves each formula number into the formula next to it, the first if there are two. A number
// that belongs to none stays as text.
func TagFormulas(regions []document.Region) {
	inFlow := Flow(regions)
	for i := 0; i+1 < len(inFlow); i++ {
		formula, number := inFlow[i], inFlow[i+1]
		if formula.Label == formulaNumber {
			formula, number = number, formula
		}
		if tag(formula, number) {
			i++ // neither can take part again
		}
	}
}

func tag(formula, number *document.Region) bool {
	if formula.Type != document.RegionFormula || blank(formula.Content) || number.Label != formulaNumber || blank(number.Content) {
		return false
	}
	n := strings.TrimSpace(number.Content)
	for _, pair := range [][2]string{{"(", ")"}, {"（", "）"}} {
		if strings.HasPrefix(n, pair[0]) && strings.HasSuffix(n, pair[1]) {
			n = strings.TrimSpace(n[len(pair[0]) : len(n)-len(pair[1])])
			break
		}
	}
	mark := `\tag{` + n + `}`
	switch {
	case n == "" || len(n) > 32 || strings.ContainsAny(n, "\n\\{}$%#"):
		return false // no number, whatever the detector says
	case strings.Contains(formula.Content, mark):
	case strings.Contains(formula.Content, `\tag`):
		return false // LaTeX allows one
	default:
		formula.Content += " " + mark
	}
	Move(number, formula)
	return true
}
