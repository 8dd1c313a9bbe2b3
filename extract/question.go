package extract

import (
	"bytes"

	"ocr-gateway/document"
	"ocr-gateway/extract/jsontree"
	"ocr-gateway/extract/schema"
)

// Question returns what a model is asked about each page.
func (e *Extractor) Question() *document.Question {
	var example, schema bytes.Buffer
	writeExample(&example, e.schema.Root, "")
	writeShape(&schema, e.schema.Root)
	return &document.Question{Example: example.String(), Schema: schema.Bytes()}
}

// writeExample writes an example of the answer as the model card does: four spaces a
// level, empty strings for values.
func writeExample(b *bytes.Buffer, f *schema.Field, indent string) {
	inner := indent + "    "
	switch f.Kind {
	case schema.Group:
		b.WriteString("{\n")
		for i, member := range f.Fields {
			b.WriteString(inner + jsontree.Quote(member.Name) + ": ")
			writeExample(b, member, inner)
			if i < len(f.Fields)-1 {
				b.WriteByte(',')
			}
			b.WriteByte('\n')
		}
		b.WriteString(indent + "}")
	case schema.List:
		b.WriteString("[\n" + inner)
		writeExample(b, f.Item, inner)
		b.WriteString("\n" + indent + "]")
	default:
		b.WriteString(`""`)
	}
}

// writeShape writes the JSON Schema that the answer must follow. Every value is a string
// or null, numbers too: the model writes what is printed, and a JSON number would end
// "1,234.50" at the comma.
func writeShape(b *bytes.Buffer, f *schema.Field) {
	switch f.Kind {
	case schema.Group:
		b.WriteString(`{"type":"object","properties":{`)
		for i, member := range f.Fields {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(jsontree.Quote(member.Name) + ":")
			writeShape(b, member)
		}
		b.WriteString(`},"required":[`)
		for i, member := range f.Fields {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(jsontree.Quote(member.Name))
		}
		b.WriteString(`],"additionalProperties":false}`)
	case schema.List:
		b.WriteString(`{"type":"array","items":`)
		writeShape(b, f.Item)
		b.WriteByte('}')
	default:
		b.WriteString(`{"type":["string","null"]}`)
	}
}
