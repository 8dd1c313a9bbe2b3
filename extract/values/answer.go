package values

import (
	"encoding/json"

	"ocr-gateway/document"
	"ocr-gateway/extract/jsontree"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
)

// maxClip is the length to which a wrong value is shown, in characters.
const maxClip = 100

// Fill takes what a model answered for v on a page.
func (v *Tree) Fill(answer any, page int, locale printed.Locale) {
	if answer == nil {
		return
	}
	switch v.Field.Kind {
	case schema.Group:
		o, ok := answer.(*jsontree.Object)
		if !ok {
			v.mismatch(page, answer, "this is not an object")
			return
		}
		for _, w := range v.Fields {
			w.Fill(member(o, w.Field.Name), page, locale)
		}
	case schema.List:
		items, ok := answer.([]any)
		if !ok {
			items = []any{answer} // one item, without its list
		}
		for _, a := range items {
			item := New(v.Field.Item)
			item.Fill(a, page, locale)
			if !item.empty() || len(item.allErrors()) > 0 {
				v.Items = append(v.Items, item)
			}
		}
	default:
		got, detail := Convert(v.Field, answer, locale)
		switch {
		case detail != "":
			v.mismatch(page, answer, detail)
		case got != nil:
			v.Readings = append(v.Readings, Reading{Page: page, Value: got, Score: 1})
		}
	}
}

// member returns a member by its name, or by its letters and digits alone when
// there is none of that name.
func member(o *jsontree.Object, name string) any {
	if v, ok := o.Values[name]; ok {
		return v
	}
	for _, n := range o.Names {
		if printed.Letters(n) == printed.Letters(name) && printed.Letters(name) != "" {
			return o.Values[n]
		}
	}
	return nil
}

func (v *Tree) mismatch(page int, answer any, detail string) {
	v.Errors = append(v.Errors, document.SchemaError{Page: page, Value: Clip(answer), Detail: detail})
}

// Clip shows a value in a few characters.
func Clip(v any) string {
	s, ok := v.(string)
	if !ok {
		b, err := json.Marshal(jsontree.Plain(v))
		if err != nil {
			return ""
		}
		s = string(b)
	}
	if r := []rune(s); len(r) > maxClip {
		s = string(r[:maxClip]) + "…"
	}
	return s
}
