package schema

import (
	"encoding/json"

	"ocr-gateway/extract/jsontree"
)

// readExample takes the kinds of the fields from the values of an example: 0 is a
// number, false a boolean, and "" or null text.
func readExample(o *jsontree.Object) (*Field, error) {
	b := &builder{}
	return b.example("", o, "")
}

func (b *builder) example(name string, value any, path string) (*Field, error) {
	kinds := map[bool]Kind{true: Boolean, false: Text}
	_, isBool := value.(bool)
	f, err := b.add(name, kinds[isBool])
	if err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case json.Number:
		f.Kind = Number
	case *jsontree.Object:
		f.Kind = Group
		if len(v.Names) == 0 {
			return nil, invalid("the schema names no field at %s", place(path))
		}
		for _, member := range v.Names {
			inner, err := b.example(member, v.Get(member), path+jsontree.Pointer(member))
			if err != nil {
				return nil, err
			}
			f.Fields = append(f.Fields, inner)
		}
	case []any:
		f.Kind = List
		var sample any = ""
		if len(v) > 0 {
			sample = v[0]
		}
		if f.Item, err = b.example("", sample, path+"/0"); err != nil {
			return nil, err
		}
	}
	return f, nil
}
