package extract

import "encoding/json"

// builder counts fields while a schema is read.
type builder struct {
	root   *object
	fields int
	inside map[string]bool // references being followed
}

// add makes a field or refuses the schema for its size.
func (b *builder) add(name string, k kind) (*field, error) {
	if b.fields++; b.fields > maxFields {
		return nil, invalid("the schema has more than %d fields", maxFields)
	}
	if len(name) > maxNameBytes {
		return nil, invalid("the schema has a field name of more than %d bytes", maxNameBytes)
	}
	return &field{name: name, kind: k}, nil
}

// readExample takes the types of the fields from the values of an example: 0 is a
// number, false a truth value, and "" or null text.
func readExample(o *object) (*field, error) {
	b := &builder{}
	return b.example("", o, "")
}

func (b *builder) example(name string, value any, path string) (*field, error) {
	kinds := map[bool]kind{true: boolean, false: text}
	_, isBool := value.(bool)
	f, err := b.add(name, kinds[isBool])
	if err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case json.Number:
		f.kind = number
	case *object:
		f.kind = group
		if len(v.names) == 0 {
			return nil, invalid("the schema names no field at %s", place(path))
		}
		for _, member := range v.names {
			inner, err := b.example(member, v.get(member), path+pointer(member))
			if err != nil {
				return nil, err
			}
			f.fields = append(f.fields, inner)
		}
	case []any:
		f.kind = list
		var sample any = ""
		if len(v) > 0 {
			sample = v[0]
		}
		if f.item, err = b.example("", sample, path+"/0"); err != nil {
			return nil, err
		}
	}
	return f, nil
}
