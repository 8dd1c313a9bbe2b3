package extract

import (
	"encoding/json"
	"time"

	"ocr-gateway/document"
)

// ParseNumber is parseNumber with the marks of a document.
func ParseNumber(s string, document string) (json.Number, bool) {
	return parseNumber(s, marksOf(document))
}

// FindDate is findDate with the day order of a document.
func FindDate(s, document string) (printed, iso string, ok bool) {
	d, ok := findDate(s, orderOf(document))
	return d.text, d.iso, ok
}

// ParseAnswer reads an answer as encoding/json would.
func ParseAnswer(answer string, cut bool) (any, error) {
	o, err := parseAnswer(answer, cut)
	if err != nil {
		return nil, err
	}
	return plain(o), nil
}

// MRZ is a zone's values in the order of a passport.
func MRZ(lines []string, today time.Time) ([]string, bool) {
	m, ok := parseMRZ(lines, today)
	return []string{m.kind, m.country, m.surname, m.givenNames, m.number, m.nationality, m.birth, m.sex, m.expiry, m.personal}, ok
}

// ExtractOn is Extract on a given day.
func (s *Schema) ExtractOn(res *document.Result, today time.Time) (*document.Extraction, error) {
	return s.extract(res, today)
}

// FindIBAN and FindVAT find codes by their form.
var (
	FindIBAN = findIBAN
	FindVAT  = findVAT
)
