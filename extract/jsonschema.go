package extract

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// readSchema takes the fields from a JSON Schema. What only restricts values is
// left to the compiled rules.
func readSchema(root *object) (*field, error) {
	b := &builder{root: root, inside: map[string]bool{}}
	f, err := b.schema("", root, "")
	if err != nil {
		return nil, err
	}
	if f.kind != group {
		return nil, invalid(`the schema must describe an object: {"type": "object", "properties": {…}}`)
	}
	return f, nil
}

// schema reads the subschema v as the field name. path is for messages.
func (b *builder) schema(name string, v any, path string) (*field, error) {
	o, ok := v.(*object)
	if !ok {
		if v == true {
			return b.add(name, scalar)
		}
		return nil, invalid("the schema allows no value at %s", place(path))
	}
	if ref, ok := o.get("$ref").(string); ok {
		return b.follow(name, ref, path)
	}
	if one, err := theOne(o, path); one != nil || err != nil {
		if err != nil {
			return nil, err
		}
		f, err := b.schema(name, one, path)
		if err == nil && f.title == "" {
			f.title, _ = o.get("title").(string)
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
	f.title, _ = o.get("title").(string)
	f.format, _ = o.get("format").(string)
	switch k {
	case group:
		f.fields, err = b.properties(o, path)
	case list:
		f.item, err = b.items(o, path)
	}
	return f, err
}

// follow reads the schema that a reference within the document points to.
func (b *builder) follow(name, ref, path string) (*field, error) {
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

// at finds what a JSON Pointer in a fragment points to.
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
		o, ok := v.(*object)
		if !ok {
			return nil, false
		}
		if v, ok = o.values[strings.NewReplacer("~1", "/", "~0", "~").Replace(token)]; !ok {
			return nil, false
		}
	}
	return v, true
}

// theOne is the only alternative of an anyOf, oneOf or allOf that is not just
// null, nil when the schema has none or they are all single values.
func theOne(o *object, path string) (any, error) {
	for _, keyword := range []string{"anyOf", "oneOf", "allOf"} {
		all, ok := o.get(keyword).([]any)
		if !ok || o.get("type") != nil || o.get("properties") != nil {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(all), isNull)
		if len(rest) == 1 {
			return rest[0], nil
		}
		for _, v := range rest {
			if k, err := kindOf(v, path); err != nil || k == group || k == list || hasRef(v) {
				return nil, invalid("the schema has several %s at %s: describe one kind of value there", keyword, place(path))
			}
		}
	}
	return nil, nil
}

func isNull(v any) bool {
	o, ok := v.(*object)
	return ok && o.get("type") == "null"
}

func hasRef(v any) bool {
	o, ok := v.(*object)
	return ok && o.get("$ref") != nil
}

var kinds = map[string]kind{
	"string": text, "number": number, "integer": integer, "boolean": boolean, "object": group, "array": list,
}

// kindOf reads the type of a subschema; several single types are a scalar.
func kindOf(v any, path string) (kind, error) {
	o, ok := v.(*object)
	if !ok {
		return scalar, nil
	}
	var names []any
	switch t := o.get("type").(type) {
	case string:
		names = []any{t}
	case []any:
		names = slices.DeleteFunc(slices.Clone(t), func(n any) bool { return n == "null" })
	case nil:
		return impliedKind(o), nil
	}
	var found []kind
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
	case slices.Contains(found, group) || slices.Contains(found, list):
		return 0, invalid("the schema has several types at %s: describe one kind of value there", place(path))
	}
	return scalar, nil
}

func impliedKind(o *object) kind {
	switch {
	case o.get("properties") != nil:
		return group
	case o.get("items") != nil || o.get("prefixItems") != nil:
		return list
	case o.get("pattern") != nil || o.get("format") != nil:
		return text
	}
	return scalar
}

func (b *builder) properties(o *object, path string) ([]*field, error) {
	properties, _ := o.get("properties").(*object)
	if properties == nil || len(properties.names) == 0 {
		return nil, invalid("the schema names no field at %s: list them under properties", place(path))
	}
	var fields []*field
	for _, name := range properties.names {
		f, err := b.schema(name, properties.get(name), path+pointer(name))
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func (b *builder) items(o *object, path string) (*field, error) {
	switch items := o.get("items").(type) {
	case nil:
		if o.get("prefixItems") == nil {
			return b.add("", scalar)
		}
	case *object, bool:
		return b.schema("", items, path+"/0")
	}
	return nil, invalid("the schema has a list of unlike items at %s: describe one kind of item there", place(path))
}

// pointer is one step of a JSON Pointer.
func pointer(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// place is a path for messages.
func place(path string) string {
	if path == "" {
		return "its root"
	}
	if r := []rune(path); len(r) > maxNameBytes {
		path = string(r[:maxNameBytes]) + "…"
	}
	return strconv.Quote(path)
}

// home is the address under which a schema is compiled; nothing can be loaded
// from its scheme.
const home = "schema:///"

// compile makes the rules that found values are checked by. Nothing is loaded:
// the library's own default would open file: references.
func compile(root *object) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{})
	budget := maxPatternCost
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) { return boundedRegexp(s, &budget) })
	if err := c.AddResource(home, plain(root)); err != nil {
		return nil, invalid("the schema is not a valid JSON Schema").Because(err)
	}
	rules, err := c.Compile(home)
	if err != nil {
		if errors.Is(err, errPattern) || budget < 0 {
			return nil, invalid("the schema's patterns are too large").Because(err)
		}
		return nil, invalid("the schema is not a valid JSON Schema, or refers to another document").Because(err)
	}
	return rules, nil
}

// maxPatternCost bounds all patterns of a schema, in states of their automata
// times the number of times the library compiles each.
const maxPatternCost = 50_000

var errPattern = errors.New("pattern too large")

func boundedRegexp(s string, budget *int) (jsonschema.Regexp, error) {
	if *budget -= len(s) + 1; *budget < 0 {
		return nil, errPattern
	}
	parsed, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if *budget -= cost(parsed); *budget < 0 {
		return nil, errPattern
	}
	return regexp.Compile(s)
}

// cost estimates the size of a pattern's program before it is made.
func cost(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n = min(n+cost(sub), maxPatternCost+1)
	}
	if re.Op == syntax.OpRepeat {
		n = min(n*max(re.Max, re.Min, 1), maxPatternCost+1)
	}
	return n
}
