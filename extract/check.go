package extract

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	rule "github.com/santhosh-tekuri/jsonschema/v6/kind"

	"ocr-gateway/document"
)

// check holds the values against the schema's rules. Single values that break
// one are taken away and reported, so that what is left keeps them all but those
// about absent fields.
func (s *Schema) check(v *value) []document.SchemaError {
	var found []document.SchemaError
	v.walk("", func(path string, w *value) {
		for _, fault := range w.faults {
			fault.Path = path
			found = append(found, fault)
		}
	})
	if s.rules == nil {
		return found
	}
	broken := s.broken(v)
	removed := false
	for _, b := range broken {
		if w := v.at(b.at); w != nil && len(w.readings) > 0 {
			r := w.chosen()
			found = append(found, document.SchemaError{Path: join(b.at), Page: r.page, Value: clip(r.value), Detail: b.detail})
			removed = true
		}
	}
	if removed {
		for _, b := range broken {
			if w := v.at(b.at); w != nil {
				w.readings = nil
			}
		}
		broken = s.broken(v)
	}
	for _, b := range broken {
		found = append(found, document.SchemaError{Path: join(b.at), Detail: b.detail})
	}
	return found
}

// breach is a rule that is broken, and where.
type breach struct {
	at     []string
	detail string
}

func (s *Schema) broken(v *value) []breach {
	data := v.known()
	if data == nil {
		data = map[string]any{}
	}
	var err *jsonschema.ValidationError
	if !errors.As(s.rules.Validate(data), &err) {
		return nil
	}
	var all []breach
	leaves(err, func(e *jsonschema.ValidationError) {
		if req, ok := e.ErrorKind.(*rule.Required); ok {
			for _, name := range req.Missing {
				all = append(all, breach{append(slices.Clone(e.InstanceLocation), name), "required, and not found in the document"})
			}
			return
		}
		all = append(all, breach{e.InstanceLocation, detailOf(e.ErrorKind)})
	})
	return all
}

// leaves visits the errors that have no deeper reason.
func leaves(e *jsonschema.ValidationError, visit func(*jsonschema.ValidationError)) {
	if len(e.Causes) == 0 {
		visit(e)
	}
	for _, cause := range e.Causes {
		leaves(cause, visit)
	}
}

func detailOf(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *rule.Type:
		return "this is not of type " + strings.Join(k.Want, " or ")
	case *rule.Pattern:
		return "this does not match the pattern " + k.Want
	case *rule.Enum:
		return "this is none of the allowed values"
	case *rule.MinItems:
		return fmt.Sprintf("this has fewer than %d items", k.Want)
	case *rule.MaxItems:
		return fmt.Sprintf("this has more than %d items", k.Want)
	}
	return "this breaks the schema's rule " + strings.Join(k.KeywordPath(), "/")
}

// at finds the value at a path; nil when there is none.
func (v *value) at(path []string) *value {
	for _, step := range path {
		if v.of.kind == list {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v.items) {
				return nil
			}
			v = v.items[i]
			continue
		}
		i := slices.IndexFunc(v.fields, func(w *value) bool { return w.of.name == step })
		if i < 0 {
			return nil
		}
		v = v.fields[i]
	}
	return v
}

func join(path []string) string {
	var b strings.Builder
	for _, step := range path {
		b.WriteString(pointer(step))
	}
	return b.String()
}
