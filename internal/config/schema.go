package config

import (
	"encoding"
	"fmt"
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
)

// fileSuffix makes the name of the setting that names the file of a secret.
const fileSuffix = "_file"

// key is one setting: a leaf of the tree.
type key struct {
	path   string       // server.port
	typ    reflect.Type // of its value; string when file
	index  []int        // of the field, from the root struct
	secret bool         // the field is a secret and this is its value
	file   bool         // the field is a secret and this names the file that holds it
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
		s.add(&key{path: path, typ: field.Type, index: at, secret: secret})
		if secret {
			s.add(&key{path: path + fileSuffix, typ: reflect.TypeFor[string](), index: at, file: true})
		}
	}
	return nil
}

func (s *schema) add(k *key) {
	s.keys[k.path] = k
	s.order = append(s.order, k)
}

// structFields yields the exported fields of a struct.
func structFields(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for f := range t.Fields() {
			if f.IsExported() && !yield(f) {
				return
			}
		}
	}
}

// isSection tells structs that hold settings from those that are one value.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(textUnmarshaler)
}

// checkType refuses what cannot be a setting. Maps are among it: their keys
// would be foreign words among ours, so a list of structs with a name is used.
func checkType(t reflect.Type) error {
	if t.Kind() != reflect.Slice {
		return checkScalar(t)
	}
	if !isSection(t.Elem()) {
		return checkScalar(t.Elem())
	}
	_, err := schemaOf(t.Elem())
	return err
}

func checkScalar(t reflect.Type) error {
	if reflect.PointerTo(t).Implements(textUnmarshaler) || t == reflect.TypeFor[time.Duration]() {
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
