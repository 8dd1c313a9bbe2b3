package config

import (
	"encoding"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Tags of the fields of a settings struct.
const (
	tagName   = "mapstructure" // the setting's own name, in snake case
	tagSecret = "secret"       // "true": never in the file, on the command line or in output
	tagPath   = "path"         // of a secret: the field beside it, no setting, that gets the path of the secret's file
	tagText   = "text"         // "true": what a text sets in a section of a list of sections
)

// squash is the name of an embedded struct whose settings stand among those of the
// struct around it.
const squash = ",squash"

// fileSuffix makes the name of the setting that names the file of a secret.
const fileSuffix = "_file"

// key is one setting: a leaf of the tree.
type key struct {
	path   string       // server.port
	typ    reflect.Type // of its value; string when file
	index  []int        // of the field, from the root struct
	secret bool         // the field is a secret and this is its value
	file   bool         // the field is a secret and this names the file that holds it
	place  []int        // of a secret: where the path of its file is kept, from the root struct; nil for nowhere
}

// schema is what may be set in a tree of structs.
type schema struct {
	keys     map[string]*key
	order    []*key          // as declared
	sections map[string]bool // paths of the structs that hold keys
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// schemaOf reads the fields and tags of a struct. Errors are defects of the
// struct, not of anybody's configuration.
func schemaOf(t reflect.Type) (*schema, error) {
	s := &schema{keys: map[string]*key{}, sections: map[string]bool{}}
	return s, s.addStruct(t, "", nil)
}

func (s *schema) addStruct(t reflect.Type, prefix string, index []int) error {
	for field := range structFields(t) {
		name := field.Tag.Get(tagName)
		if name == "-" {
			continue
		}
		if name == "" || name != strings.ToLower(name) || strings.ContainsAny(name, ".,") {
			return fmt.Errorf("field %s.%s needs a %s tag in snake case", t, field.Name, tagName)
		}
		path := prefix + name
		at := append(append([]int{}, index...), field.Index...)
		if isSection(field.Type) {
			s.sections[path] = true
			if err := s.addStruct(field.Type, path+".", at); err != nil {
				return err
			}
			continue
		}
		if err := checkType(field.Type); err != nil {
			return fmt.Errorf("field %s.%s: %w", t, field.Name, err)
		}
		secret := field.Tag.Get(tagSecret) == "true"
		if secret && field.Type != reflect.TypeFor[string]() && field.Type != reflect.TypeFor[[]string]() {
			return fmt.Errorf("field %s.%s: a secret must be a string or a list of strings", t, field.Name)
		}
		if !secret {
			s.add(&key{path: path, typ: field.Type, index: at})
			continue
		}
		place, err := placeOf(t, field, index)
		if err != nil {
			return err
		}
		s.add(&key{path: path, typ: field.Type, index: at, secret: true, place: place})
		s.add(&key{path: path + fileSuffix, typ: reflect.TypeFor[string](), index: at, file: true, place: place})
	}
	return nil
}

// placeOf finds the field of t that gets the path of a secret's file.
func placeOf(t reflect.Type, secret reflect.StructField, index []int) ([]int, error) {
	name := secret.Tag.Get(tagPath)
	if name == "" {
		return nil, nil
	}
	field, ok := t.FieldByName(name)
	if !ok || field.Type != reflect.TypeFor[string]() || field.Tag.Get(tagName) != "-" {
		return nil, fmt.Errorf("field %s.%s: %s is no text that is no setting", t, secret.Name, name)
	}
	return append(slices.Clone(index), field.Index...), nil
}

func (s *schema) add(k *key) {
	s.keys[k.path] = k
	s.order = append(s.order, k)
}

// structFields yields the exported fields of a struct, those of squashed structs
// in their place. Indexes are from t.
func structFields(t reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for f := range t.Fields() {
			if f.Tag.Get(tagName) != squash {
				if f.IsExported() && !yield(f) {
					return
				}
				continue
			}
			for inner := range structFields(f.Type) {
				inner.Index = append(slices.Clone(f.Index), inner.Index...)
				if !yield(inner) {
					return
				}
			}
		}
	}
}

// Settings yields every setting of a tree, by its path ("vllm.model"), in the order of
// the tree. The values can be set where tree is a pointer.
func Settings(tree any) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		yieldSettings(reflect.Indirect(reflect.ValueOf(tree)), "", yield)
	}
}

func yieldSettings(section reflect.Value, prefix string, yield func(string, reflect.Value) bool) bool {
	for field := range structFields(section.Type()) {
		name, value := field.Tag.Get(tagName), section.FieldByIndex(field.Index)
		if name == "-" {
			continue
		}
		if isSection(field.Type) {
			if !yieldSettings(value, prefix+name+".", yield) {
				return false
			}
		} else if !yield(prefix+name, value) {
			return false
		}
	}
	return true
}

// isSection tells structs that hold settings from those that are one value.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !isOneValue(t)
}

// isOneValue reports whether a type reads its values from text, whatever it is made of.
func isOneValue(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textUnmarshaler) }

func isList(t reflect.Type) bool { return t.Kind() == reflect.Slice && !isOneValue(t) }

// checkType refuses what cannot be a setting. Maps are among it: their keys
// would be foreign words among ours, so a list of structs with a name is used.
func checkType(t reflect.Type) error {
	switch {
	case !isList(t):
		return checkScalar(t)
	case !isSection(t.Elem()):
		return checkScalar(t.Elem())
	default:
		return checkElement(t.Elem())
	}
}

// checkElement refuses what cannot be a section of a list.
func checkElement(t reflect.Type) error {
	if _, err := schemaOf(t); err != nil {
		return err
	}
	if field, ok := textField(t); ok && (field.Tag.Get(tagSecret) == "true" || checkScalar(field.Type) != nil) {
		return fmt.Errorf("field %s.%s: what a text sets must be one value and no secret", t, field.Name)
	}
	return nil
}

// textField is the field that a text sets in a section of a list: "http://a" may
// stand for a section with that URL.
func textField(t reflect.Type) (reflect.StructField, bool) {
	for field := range structFields(t) {
		if field.Tag.Get(tagText) == "true" {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

func checkScalar(t reflect.Type) error {
	if isOneValue(t) || t == reflect.TypeFor[time.Duration]() {
		return nil
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return nil
	default:
		return fmt.Errorf("a setting cannot be a %s", t)
	}
}

// suggest ends a message about an unknown setting or section.
func (s *schema) suggest(path string) string {
	known := make([]string, 0, len(s.order)+len(s.sections))
	for _, k := range s.order {
		known = append(known, k.path)
	}
	known = append(known, slices.Sorted(maps.Keys(s.sections))...)
	return didYouMean(nearest(clip(path), known, "."), "")
}
