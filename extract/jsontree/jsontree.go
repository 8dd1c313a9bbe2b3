// Package jsontree reads foreign JSON into a tree in which objects keep the order of
// their members.
package jsontree

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Object is a JSON object that keeps the order of its members.
type Object struct {
	Names  []string
	Values map[string]any
}

// Get returns the value of a member, nil when there is none.
func (o *Object) Get(name string) any { return o.Values[name] }

var errDuplicate = errors.New("an object has two members of the same name")

// Decode reads one JSON value: *Object, []any, string, json.Number, bool or nil.
// The caller checks first, with Nests, that the text does not nest deeply. Of members
// with the same name the first counts; unique makes them an error.
func Decode(text []byte, unique bool) (any, error) {
	dec := decoder{json.NewDecoder(bytes.NewReader(text)), unique}
	dec.UseNumber()
	v, err := dec.value()
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

type decoder struct {
	*json.Decoder
	unique bool
}

func (dec decoder) value() (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return dec.object()
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := dec.value()
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := dec.Token()
		return list, err
	}
	return token, nil
}

func (dec decoder) object() (*Object, error) {
	o := &Object{Values: map[string]any{}}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // the decoder lets nothing else through here
		v, err := dec.value()
		if err != nil {
			return nil, err
		}
		if _, duplicate := o.Values[name]; duplicate {
			if dec.unique {
				return nil, errDuplicate
			}
			continue
		}
		o.Names = append(o.Names, name)
		o.Values[name] = v
	}
	_, err := dec.Token()
	return o, err
}

// Plain returns v in the types that encoding/json and jsonschema use.
func Plain(v any) any {
	switch v := v.(type) {
	case *Object:
		m := make(map[string]any, len(v.Names))
		for name, value := range v.Values {
			m[name] = Plain(value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = Plain(v[i])
		}
		return list
	}
	return v
}

// Nests reports whether text opens more than limit brackets at once. It protects
// recursive parsers.
func Nests(text []byte, limit int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case quoted && ch == '\\':
			i++
		case ch == '"':
			quoted = !quoted
		case quoted:
		case ch == '{' || ch == '[':
			if depth++; depth > limit {
				return true
			}
		case ch == '}' || ch == ']':
			depth--
		}
	}
	return false
}
