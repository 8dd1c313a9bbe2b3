package extract

import (
	"ocr-gateway/document"
	"ocr-gateway/extract/jsontree"
	"ocr-gateway/extract/schema"
	"ocr-gateway/extract/values"
)

// check returns the answers that do not fit their fields and the values that break the
// schema's rules. It removes single values that break one, so that what is left breaks
// only rules about absent fields and about lists.
func (e *Extractor) check(v *values.Tree) []document.SchemaError {
	var found []document.SchemaError
	v.Walk("", func(path string, w *values.Tree) {
		for _, mismatch := range w.Errors {
			mismatch.Path = path
			found = append(found, mismatch)
		}
	})
	violations := e.violations(v)
	removed := false
	for _, b := range violations {
		if w := v.At(b.Path); w != nil && len(w.Readings) > 0 {
			r := w.Best()
			found = append(found, document.SchemaError{Path: jsontree.Pointer(b.Path...), Page: r.Page, Value: values.Clip(r.Value), Detail: b.Detail})
			removed = true
		}
	}
	if removed {
		for _, b := range violations {
			if w := v.At(b.Path); w != nil {
				w.Readings = nil
			}
		}
		violations = e.violations(v)
	}
	for _, b := range violations {
		found = append(found, document.SchemaError{Path: jsontree.Pointer(b.Path...), Detail: b.Detail})
	}
	return found
}

func (e *Extractor) violations(v *values.Tree) []schema.Violation {
	data, _ := v.Data().(map[string]any) // nil when nothing was found
	return e.schema.Violations(data)
}
