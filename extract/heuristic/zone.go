package heuristic

import (
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/mrz"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/values"
)

// zone is a machine-readable zone and its lines.
type zone struct {
	mrz.Zone
	lines []*pagetext.Line
}

// findZone returns the first zone in the lines of a page.
func findZone(lines []*pagetext.Line, today time.Time) (zone, bool) {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.Text
	}
	z, first, end, ok := mrz.Find(texts, today)
	return zone{z, lines[first:end]}, ok
}

// inZone takes a value from a machine-readable zone. Its check digits make it more certain than any other
// value.
func (s *search) inZone(t labels.Target) []candidate {
	if t.Concept == nil || t.Side != labels.NoSide {
		return nil
	}
	var all []candidate
	for page, z := range s.zones {
		text := map[string]string{
			"doctype": z.Kind, "country": z.Country, "surname": z.Surname, "givennames": z.GivenNames,
			"documentnumber": z.Number, "nationality": z.Nationality, "birthdate": z.Birth, "sex": z.Sex, "expirydate": z.Expiry,
			"personalnumber": z.Personal, "fullname": strings.TrimSpace(z.GivenNames + " " + z.Surname),
		}[t.Concept.Name]
		v, mismatch := values.Convert(t.Field, text, s.locale)
		if v == nil || mismatch != "" {
			continue
		}
		at := z.lines[0].Evidence()
		box := at.BBox.Rect()
		for _, line := range z.lines[1:] {
			box, at.Text = box.Union(line.Evidence().BBox.Rect()), at.Text+"\n"+line.Text
		}
		at.BBox, at.Page = document.BoxOf(box), page
		all = append(all, candidate{v, 1.1, at})
	}
	return all
}
