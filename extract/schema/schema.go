// Package schema reads the fields that a client asks for, from a JSON Schema or from an
// example, and checks found values against the rules of a JSON Schema.
package schema

import (
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ocr-gateway/document"
	"ocr-gateway/extract/jsontree"
)

// Limits of a schema. They are far above what a model can answer in one go.
const (
	MaxBytes     = 256 << 10
	MaxDepth     = 64  // of JSON brackets
	MaxFields    = 512 // all together, after references are followed
	MaxNameBytes = 200
)

// Kind is what the value of a field is.
type Kind int

// The kinds of fields.
const (
	Text Kind = iota
	Number
	Integer
	Boolean
	Scalar // any of the above, taken as it comes
	Group  // an object with fields
	List
)

var kindNames = map[Kind]string{
	Text: "a string", Number: "a number", Integer: "a whole number", Boolean: "true or false",
	Scalar: "a single value", Group: "an object", List: "a list",
}

// String names the kind in messages, with its article.
func (k Kind) String() string { return kindNames[k] }

// Numeric reports whether values of the kind are numbers.
func (k Kind) Numeric() bool { return k == Number || k == Integer }

// Field is a value that the client asks for.
type Field struct {
	Name   string // "" for the root and the items of a list
	Title  string // what people call it, may be empty
	Format string // date, email, …: JSON Schema's, may be empty
	Kind   Kind
	Fields []*Field // of a group, in the schema's order
	Item   *Field   // of a list
}

// Schema is the fields that a client asks for. It is immutable.
type Schema struct {
	Root  *Field             // a group
	rules *jsonschema.Schema // nil for a JSON example, which has none
}

// Parse reads a JSON example such as {"name": "", "items": [{"price": 0}]} or a
// JSON Schema of an object. The error is a *document.Problem with
// CodeInvalidRequest.
func Parse(source string) (*Schema, error) {
	if len(source) > MaxBytes {
		return nil, invalid("the schema is longer than %d bytes", MaxBytes)
	}
	if jsontree.Nests([]byte(source), MaxDepth) {
		return nil, invalid("the schema nests deeper than %d levels", MaxDepth)
	}
	value, err := jsontree.Decode([]byte(source), true)
	root, ok := value.(*jsontree.Object)
	if err != nil || !ok {
		return nil, invalid(`the schema must be a JSON object, without repeated names: an example such as {"name": ""} or a JSON Schema`).Because(err)
	}
	s := &Schema{}
	if isJSONSchema(root) {
		s.Root, err = readSchema(root)
		if err == nil {
			s.rules, err = compile(root)
		}
	} else {
		s.Root, err = readExample(root)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// invalid returns the problem of a schema that cannot be used.
func invalid(format string, args ...any) *document.Problem {
	return document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission, format, args...)
}

// isJSONSchema reports whether o is a JSON Schema and not an example, which may have
// fields named "type" or "properties".
func isJSONSchema(o *jsontree.Object) bool {
	if _, ok := o.Get("$schema").(string); ok {
		return true
	}
	if _, ok := o.Get("$ref").(string); ok {
		return true
	}
	if o.Get("type") == "object" {
		return true
	}
	properties, ok := o.Get("properties").(*jsontree.Object)
	if !ok {
		return false
	}
	for _, v := range properties.Values {
		switch v.(type) {
		case *jsontree.Object, bool:
		default:
			return false
		}
	}
	return len(properties.Names) > 0
}
