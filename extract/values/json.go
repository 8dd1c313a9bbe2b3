package values

import (
	"bytes"
	"fmt"

	"ocr-gateway/extract/jsontree"
	"ocr-gateway/extract/schema"
)

// WriteJSON writes the data in the schema's order.
func (v *Tree) WriteJSON(b *bytes.Buffer) {
	switch v.Field.Kind {
	case schema.Group:
		b.WriteByte('{')
		for i, member := range v.Fields {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(jsontree.Quote(member.Field.Name) + ":")
			member.WriteJSON(b)
		}
		b.WriteByte('}')
	case schema.List:
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.WriteJSON(b)
		}
		b.WriteByte(']')
	default:
		writeSingle(b, v.Best())
	}
}

func writeSingle(b *bytes.Buffer, r *Reading) {
	if r == nil {
		b.WriteString("null")
		return
	}
	switch x := r.Value.(type) {
	case string:
		b.WriteString(jsontree.Quote(x))
	default:
		fmt.Fprint(b, x)
	}
}

// Data returns the data without what is absent, in the types of encoding/json; nil when
// all is absent.
func (v *Tree) Data() any {
	switch v.Field.Kind {
	case schema.Group:
		m := map[string]any{}
		for _, member := range v.Fields {
			if got := member.Data(); got != nil {
				m[member.Field.Name] = got
			}
		}
		if len(m) == 0 {
			return nil
		}
		return m
	case schema.List:
		if len(v.Items) == 0 {
			return nil
		}
		items := []any{}
		for _, item := range v.Items {
			items = append(items, item.Data())
		}
		return items
	}
	if r := v.Best(); r != nil {
		return r.Value
	}
	return nil
}
