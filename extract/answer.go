package extract

import (
	"encoding/json"
	"errors"
	"strings"

	"ocr-gateway/extract/jsontree"
)

const (
	maxAnswerBytes = 1 << 20
	// maxRepairBytes limits what is repaired, because repair is slower than linear.
	maxRepairBytes = 64 << 10
	maxAnswerDepth = 128 // of JSON brackets
	maxRepairDepth = 64
)

var errNoObject = errors.New("the model's answer holds no JSON object")

// parseAnswer reads the object in a model's answer, from a code fence or bare.
// Invalid JSON is repaired. cut says that the answer ends early: its last value may be
// incomplete and is left out.
func parseAnswer(answer string, cut bool) (*jsontree.Object, error) {
	if len(answer) > maxAnswerBytes {
		return nil, errNoObject
	}
	body := unfence(answer)
	if !json.Valid([]byte(body)) {
		body = repair(body, cut)
	}
	if jsontree.Nests([]byte(body), maxAnswerDepth) || !json.Valid([]byte(body)) {
		return nil, errNoObject
	}
	value, err := jsontree.Decode([]byte(body), false)
	if err != nil {
		return nil, err
	}
	if items, ok := value.([]any); ok && len(items) == 1 {
		value = items[0]
	}
	o, ok := value.(*jsontree.Object)
	if !ok {
		return nil, errNoObject
	}
	return o, nil
}

// unfence returns the JSON in a Markdown code block or surrounding words.
func unfence(s string) string {
	s = strings.TrimSpace(s)
	if _, after, ok := strings.Cut(s, "```"); ok {
		after = strings.TrimPrefix(after, "json")
		after, _, _ = strings.Cut(after, "```")
		s = strings.TrimSpace(after)
	}
	start := strings.IndexAny(s, "{[")
	if start < 0 {
		return s
	}
	s = s[start:]
	closing := "}"
	if s[0] == '[' {
		closing = "]"
	}
	if end := strings.LastIndex(s, closing); end >= 0 && json.Valid([]byte(s[:end+1])) {
		return s[:end+1]
	}
	return s
}
