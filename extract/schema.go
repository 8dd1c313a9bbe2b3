// Package extract finds fields in documents by a schema: it turns the schema
// into a question for a language model, reads the answers, matches labels to
// values where no model was asked, and says for every value where it stands.
package extract

import (
	"bytes"
	"encoding/json"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ocr-gateway/document"
)

// Bounds of a schema. They are far above what a model can answer in one go.
const (
	maxSchemaBytes = 256 << 10
	maxDepth       = 64  // of JSON brackets
	maxFields      = 512 // all together, after references are followed
	maxNameBytes   = 200
)

// Limits are the bounds of a schema and of what is searched without a model, by
// name.
func Limits() map[string]int64 {
	return map[string]int64{
		"max_schema_bytes": maxSchemaBytes, "max_schema_depth": maxDepth, "max_fields": maxFields, "max_field_name_bytes": maxNameBytes,
		"max_lines": maxSpans, "max_lines_per_page": maxPageSpans,
	}
}

// kind is what the value of a field is.
type kind int

const (
	text kind = iota
	number
	integer
	boolean
	scalar // any of the above, taken as it comes
	group  // an object with fields
	list
)

var kindNames = map[kind]string{
	text: "a string", number: "a number", integer: "a whole number", boolean: "true or false",
	scalar: "a single value", group: "an object", list: "a list",
}

// field is one wanted value. Fields of a list's items have its item as parent.
type field struct {
	name   string
	title  string // what people call it, may be empty
	format string // date, email, …: JSON Schema's, may be empty
	kind   kind
	fields []*field // of a group, in the schema's order
	item   *field   // of a list
}

// Schema is what a client wants to know of a document. It is immutable.
type Schema struct {
	root  *field
	rules *jsonschema.Schema // nil for a JSON example, which has none
}

// Parse reads a JSON example such as {"name": "", "items": [{"price": 0}]} or a
// JSON Schema of an object. The error is a *document.Problem with
// CodeInvalidRequest.
func Parse(source string) (*Schema, error) {
	if len(source) > maxSchemaBytes {
		return nil, invalid("the schema is longer than %d bytes", maxSchemaBytes)
	}
	if nests([]byte(source), maxDepth) {
		return nil, invalid("the schema nests deeper than %d levels", maxDepth)
	}
	value, err := decode([]byte(source), true)
	root, ok := value.(*object)
	if err != nil || !ok {
		return nil, invalid(`the schema must be a JSON object, without repeated names: an example such as {"name": ""} or a JSON Schema`).Because(err)
	}
	s := &Schema{}
	if isJSONSchema(root) {
		s.root, err = readSchema(root)
		if err == nil {
			s.rules, err = compile(root)
		}
	} else {
		s.root, err = readExample(root)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// invalid is a schema that cannot be used.
func invalid(format string, args ...any) *document.Problem {
	return document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission, format, args...)
}

// isJSONSchema tells a JSON Schema from an example, which may well have fields
// named "type" or "properties".
func isJSONSchema(o *object) bool {
	if _, ok := o.get("$schema").(string); ok {
		return true
	}
	if _, ok := o.get("$ref").(string); ok {
		return true
	}
	if o.get("type") == "object" {
		return true
	}
	properties, ok := o.get("properties").(*object)
	if !ok {
		return false
	}
	for _, v := range properties.values {
		switch v.(type) {
		case *object, bool:
		default:
			return false
		}
	}
	return len(properties.names) > 0
}

// Question is what a model is asked about each page.
func (s *Schema) Question() *document.Question {
	var example, schema bytes.Buffer
	writeExample(&example, s.root, "")
	writeShape(&schema, s.root)
	return &document.Question{Example: example.String(), Schema: schema.Bytes()}
}

// writeExample writes the wanted JSON as the model card does: four spaces a
// level, empty strings for values.
func writeExample(b *bytes.Buffer, f *field, indent string) {
	inner := indent + "    "
	switch f.kind {
	case group:
		b.WriteString("{\n")
		for i, member := range f.fields {
			b.WriteString(inner + quote(member.name) + ": ")
			writeExample(b, member, inner)
			if i < len(f.fields)-1 {
				b.WriteByte(',')
			}
			b.WriteByte('\n')
		}
		b.WriteString(indent + "}")
	case list:
		b.WriteString("[\n" + inner)
		writeExample(b, f.item, inner)
		b.WriteString("\n" + indent + "]")
	default:
		b.WriteString(`""`)
	}
}

// writeShape writes the JSON Schema that the answer is bound to. Every value is
// a string or null, numbers too: the model writes what is printed, and bound to a
// JSON number it would break "1,234.50" off at the comma.
func writeShape(b *bytes.Buffer, f *field) {
	switch f.kind {
	case group:
		b.WriteString(`{"type":"object","properties":{`)
		for i, member := range f.fields {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quote(member.name) + ":")
			writeShape(b, member)
		}
		b.WriteString(`},"required":[`)
		for i, member := range f.fields {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quote(member.name))
		}
		b.WriteString(`],"additionalProperties":false}`)
	case list:
		b.WriteString(`{"type":"array","items":`)
		writeShape(b, f.item)
		b.WriteByte('}')
	default:
		b.WriteString(`{"type":["string","null"]}`)
	}
}

// quote is s as a JSON string, readable.
func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
