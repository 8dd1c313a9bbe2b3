package schema

import (
	"slices"

	"ocr-gateway/extract/jsontree"
)

var kinds = map[string]Kind{
	"string": Text, "number": Number, "integer": Integer, "boolean": Boolean, "object": Group, "array": List,
}

// kindOf returns the kind of a subschema: Scalar for several single types.
func kindOf(v any, path string) (Kind, error) {
	o, ok := v.(*jsontree.Object)
	if !ok {
		return Scalar, nil
	}
	var names []any
	switch t := o.Get("type").(type) {
	case string:
		names = []any{t}
	case []any:
		names = slices.DeleteFunc(slices.Clone(t), func(n any) bool { return n == "null" })
	case nil:
		return impliedKind(o), nil
	}
	var found []Kind
	for _, n := range names {
		name, _ := n.(string)
		k, known := kinds[name]
		if !known {
			return 0, invalid("the schema has no type that a value can have at %s", place(path))
		}
		found = append(found, k)
	}
	switch {
	case len(found) == 0:
		return 0, invalid("the schema has no type that a value can have at %s", place(path))
	case len(found) == 1:
		return found[0], nil
	case slices.Contains(found, Group) || slices.Contains(found, List):
		return 0, invalid("the schema has several types at %s: describe one kind of value there", place(path))
	}
	return Scalar, nil
}

func impliedKind(o *jsontree.Object) Kind {
	switch {
	case o.Get("properties") != nil:
		return Group
	case o.Get("items") != nil || o.Get("prefixItems") != nil:
		return List
	case o.Get("pattern") != nil || o.Get("format") != nil:
		return Text
	}
	return Scalar
}
