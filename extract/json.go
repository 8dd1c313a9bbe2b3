package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// object is a JSON object that keeps the order of its members.
type object struct {
	names  []string
	values map[string]any
}

func (o *object) get(name string) any { return o.values[name] }

var errTwice = errors.New("a name stands twice in one object")

// decode reads one JSON value: *object, []any, string, json.Number, bool or nil.
// The text must be known not to nest deeply. Of members with one name the first
// counts; unique makes them an error.
func decode(text []byte, unique bool) (any, error) {
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

func (dec decoder) object() (*object, error) {
	o := &object{values: map[string]any{}}
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
		if _, twice := o.values[name]; twice {
			if dec.unique {
				return nil, errTwice
			}
			continue
		}
		o.names = append(o.names, name)
		o.values[name] = v
	}
	_, err := dec.Token()
	return o, err
}

// plain is v in the types that encoding/json and jsonschema use.
func plain(v any) any {
	switch v := v.(type) {
	case *object:
		m := make(map[string]any, len(v.names))
		for name, value := range v.values {
			m[name] = plain(value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i])
		}
		return list
	}
	return v
}

// nests reports whether text opens more than limit brackets at once. It looks
// before a recursive parser does.
func nests(text []byte, limit int) bool {
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
