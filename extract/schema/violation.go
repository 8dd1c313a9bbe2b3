package schema

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	rule "github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Violation is a rule of the schema that a value breaks.
type Violation struct {
	Path   []string // of the value: names of members and indices of items
	Detail string
}

// Violations returns the rules that data breaks, by path: data is an object in the types
// of encoding/json, with numbers as json.Number. An example has no rules.
func (s *Schema) Violations(data map[string]any) []Violation {
	if s.rules == nil {
		return nil
	}
	var err *jsonschema.ValidationError
	if !errors.As(s.rules.Validate(data), &err) {
		return nil
	}
	var all []Violation
	leaves(err, func(e *jsonschema.ValidationError) {
		if req, ok := e.ErrorKind.(*rule.Required); ok {
			for _, name := range req.Missing {
				all = append(all, Violation{append(slices.Clone(e.InstanceLocation), name), "required, and not found in the document"})
			}
			return
		}
		all = append(all, Violation{e.InstanceLocation, detailOf(e.ErrorKind)})
	})
	slices.SortFunc(all, func(a, b Violation) int { // the library's order is random
		return cmp.Or(slices.Compare(a.Path, b.Path), cmp.Compare(a.Detail, b.Detail))
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
