package schema

import (
	"slices"
	"strings"

	"ocr-gateway/extract/jsontree"
)

// readSchema takes the fields from a JSON Schema. Restrictions of values are left to
// the compiled rules.
func readSchema(root *jsontree.Object) (*Field, error) {
	b := &builder{root: root, inside: map[string]bool{}}
	f, err := b.schema("", root, "")
	if err != nil {
		return nil, err
	}
	if f.Kind != Group {
		return nil, invalid(`the schema must describe an object: {"type": "object", "properties": {…}}`)
	}
	return f, nil
}

// schema reads the subschema v as the field name. path is for messages.
func (b *builder) schema(name string, v any, path string) (*Field, error) {
	o, ok := v.(*jsontree.Object)
	if !ok {
		if v == true {
			return b.add(name, Scalar)
		}
		return nil, invalid("the schema allows no value at %s", place(path))
	}
	if ref, ok := o.Get("$ref").(string); ok {
		return b.follow(name, ref, path)
	}
	if one, err := onlyAlternative(o, path); one != nil || err != nil {
		if err != nil {
			return nil, err
		}
		f, err := b.schema(name, one, path)
		if err == nil && f.Title == "" {
			f.Title, _ = o.Get("title").(string)
		}
		return f, err
	}
	k, err := kindOf(o, path)
	if err != nil {
		return nil, err
	}
	f, err := b.add(name, k)
	if err != nil {
		return nil, err
	}
	f.Title, _ = o.Get("title").(string)
	f.Format, _ = o.Get("format").(string)
	switch k {
	case Group:
		f.Fields, err = b.properties(o, path)
	case List:
		f.Item, err = b.items(o, path)
	}
	return f, err
}

// follow reads the schema that a reference within the document points to.
func (b *builder) follow(name, ref, path string) (*Field, error) {
	target, ok := b.at(ref)
	switch {
	case !strings.HasPrefix(ref, "#"):
		return nil, invalid(`the schema refers to another document at %s: only references within it, such as "#/$defs/address", are followed`, place(path))
	case !ok:
		return nil, invalid("the schema refers to something that it does not have at %s", place(path))
	case b.inside[ref]:
		return nil, invalid("the schema contains itself at %s: a document's fields must end somewhere", place(path))
	}
	b.inside[ref] = true
	defer delete(b.inside, ref)
	return b.schema(name, target, path)
}

// at returns what a JSON Pointer in a fragment points to.
func (b *builder) at(ref string) (any, bool) {
	rest, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, false
	}
	var v any = b.root
	if rest == "" {
		return v, true
	}
	for i, token := range strings.Split(rest, "/") {
		if i == 0 {
			if token != "" {
				return nil, false // an anchor
			}
			continue
		}
		o, ok := v.(*jsontree.Object)
		if !ok {
			return nil, false
		}
		if v, ok = o.Values[strings.NewReplacer("~1", "/", "~0", "~").Replace(token)]; !ok {
			return nil, false
		}
	}
	return v, true
}

// onlyAlternative returns the only alternative of an anyOf, oneOf or allOf beside null;
// nil when the schema has none or all are single values.
func onlyAlternative(o *jsontree.Object, path string) (any, error) {
	for _, keyword := range []string{"anyOf", "oneOf", "allOf"} {
		all, ok := o.Get(keyword).([]any)
		if !ok || o.Get("type") != nil || o.Get("properties") != nil {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(all), isNull)
		if len(rest) == 1 {
			return rest[0], nil
		}
		for _, v := range rest {
			if k, err := kindOf(v, path); err != nil || k == Group || k == List || hasRef(v) {
				return nil, invalid("the schema has several %s at %s: describe one kind of value there", keyword, place(path))
			}
		}
	}
	return nil, nil
}

func isNull(v any) bool {
	o, ok := v.(*jsontree.Object)
	return ok && o.Get("type") == "null"
}

func hasRef(v any) bool {
	o, ok := v.(*jsontree.Object)
	return ok && o.Get("$ref") != nil
}

func (b *builder) properties(o *jsontree.Object, path string) ([]*Field, error) {
	properties, _ := o.Get("properties").(*jsontree.Object)
	if properties == nil || len(properties.Names) == 0 {
		return nil, invalid("the schema names no field at %s: list them under properties", place(path))
	}
	var fields []*Field
	for _, name := range properties.Names {
		f, err := b.schema(name, properties.Get(name), path+jsontree.Pointer(name))
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func (b *builder) items(o *jsontree.Object, path string) (*Field, error) {
	switch items := o.Get("items").(type) {
	case nil:
		if o.Get("prefixItems") == nil {
			return b.add("", Scalar)
		}
	case *jsontree.Object, bool:
		return b.schema("", items, path+"/0")
	}
	return nil, invalid("the schema has a list of unlike items at %s: describe one kind of item there", place(path))
}
