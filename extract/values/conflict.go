package values

import (
	"encoding/json"
	"fmt"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/extract/printed"
)

// Conflict returns the values of a field whose pages disagree; nil when they agree.
func (v *Tree) Conflict(path string) *document.Conflict {
	best := v.Best()
	if best == nil || !slices.ContainsFunc(v.Readings, func(r Reading) bool { return !same(r.Value, best.Value) }) {
		return nil
	}
	c := &document.Conflict{Path: path, Chosen: best.Page}
	for _, r := range v.Readings {
		c.Values = append(c.Values, document.PageValue{Page: r.Page, Value: r.Value})
	}
	return c
}

// same compares values as people would: letters and digits, any case.
func same(a, b any) bool {
	if x, ok := a.(json.Number); ok {
		y, ok := b.(json.Number)
		return ok && equalNumbers(x, y)
	}
	return printed.Letters(fmt.Sprint(a)) == printed.Letters(fmt.Sprint(b))
}

func equalNumbers(x, y json.Number) bool {
	if x == y {
		return true
	}
	a, err := x.Float64()
	b, err2 := y.Float64()
	return err == nil && err2 == nil && a == b
}
