package plan

import (
	"regexp"
	"strings"

	"ocr-gateway/provision/cloud"
)

// Matching keeps the offers whose id or name has the text, in any case: as whole
// words, so that A40 is not RTX A4000; as a part of one where no words are it.
func Matching(offers []cloud.Offer, text string) []cloud.Offer {
	quoted := regexp.QuoteMeta(strings.ToValidUTF8(text, "�"))
	for _, pattern := range []string{`(?i)(^|[^\pL\pN])` + quoted + `($|[^\pL\pN])`, `(?i)` + quoted} {
		expression := regexp.MustCompile(pattern)
		var hits []cloud.Offer
		for _, o := range offers {
			if expression.MatchString(o.GPU) || expression.MatchString(o.Name) {
				hits = append(hits, o)
			}
		}
		if len(hits) > 0 {
			return hits
		}
	}
	return nil
}
