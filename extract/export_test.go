package extract

import (
	"time"

	"ocr-gateway/document"
	"ocr-gateway/extract/jsontree"
)

// ParseAnswer returns an answer as encoding/json would.
func ParseAnswer(answer string, cut bool) (any, error) {
	o, err := parseAnswer(answer, cut)
	if err != nil {
		return nil, err
	}
	return jsontree.Plain(o), nil
}

// ExtractOn is Extract on a given day.
func (e *Extractor) ExtractOn(res *document.Result, today time.Time) (*document.Extraction, error) {
	return e.extract(res, today)
}
