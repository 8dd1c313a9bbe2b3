package schema

import (
	"strconv"

	"ocr-gateway/extract/jsontree"
)

// builder makes the fields of a schema and counts them.
type builder struct {
	root   *jsontree.Object
	fields int
	inside map[string]bool // references being followed
}

// add makes a field or refuses the schema for its size.
func (b *builder) add(name string, k Kind) (*Field, error) {
	if b.fields++; b.fields > MaxFields {
		return nil, invalid("the schema has more than %d fields", MaxFields)
	}
	if len(name) > MaxNameBytes {
		return nil, invalid("the schema has a field name of more than %d bytes", MaxNameBytes)
	}
	return &Field{Name: name, Kind: k}, nil
}

// place returns a path for messages.
func place(path string) string {
	if path == "" {
		return "its root"
	}
	if r := []rune(path); len(r) > MaxNameBytes {
		path = string(r[:MaxNameBytes]) + "…"
	}
	return strconv.Quote(path)
}
