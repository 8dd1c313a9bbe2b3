// Package values holds what was found for the fields of a schema: values converted to
// their fields, of each page, with the place where they stand.
package values

import (
	"slices"
	"strconv"

	"ocr-gateway/document"
	"ocr-gateway/extract/jsontree"
	"ocr-gateway/extract/schema"
)

// Tree is what was found for a field, in the shape of the schema.
type Tree struct {
	Field    *schema.Field
	Readings []Reading              // of a single value: at most one for each page, ascending
	Errors   []document.SchemaError // answers that do not fit the field, without paths
	Fields   []*Tree                // of a group, in the order of Field.Fields
	Items    []*Tree                // of a list
}

// Reading is a single value as one page gave it.
type Reading struct {
	Page  int
	Value any     // string, json.Number or bool
	Score float64 // how sure it is; compared between pages
	At    *document.Evidence
}

// New returns the empty tree of a field.
func New(f *schema.Field) *Tree {
	v := &Tree{Field: f}
	for _, member := range f.Fields {
		v.Fields = append(v.Fields, New(member))
	}
	return v
}

func (v *Tree) empty() bool {
	notEmpty := func(w *Tree) bool { return !w.empty() }
	return len(v.Readings) == 0 && !slices.ContainsFunc(v.Fields, notEmpty) && !slices.ContainsFunc(v.Items, notEmpty)
}

func (v *Tree) allErrors() []document.SchemaError {
	all := v.Errors
	for _, w := range slices.Concat(v.Fields, v.Items) {
		all = append(all, w.allErrors()...)
	}
	return all
}

// Merge adds what a later page gave: single values become further readings, lists are
// continued.
func (v *Tree) Merge(w *Tree) {
	v.Readings = append(v.Readings, w.Readings...)
	v.Errors = append(v.Errors, w.Errors...)
	v.Items = append(v.Items, w.Items...)
	for i := range v.Fields {
		v.Fields[i].Merge(w.Fields[i])
	}
}

// Best returns the surest reading, the earliest of equals; nil when there is none.
func (v *Tree) Best() *Reading {
	var best *Reading
	for i := range v.Readings {
		if r := &v.Readings[i]; best == nil || r.Score > best.Score {
			best = r
		}
	}
	return best
}

// FirstPage returns the first page that gave any of v, 0 when none did.
func (v *Tree) FirstPage() int {
	first := 0
	v.Walk("", func(_ string, w *Tree) {
		for _, r := range w.Readings {
			if first == 0 || r.Page < first {
				first = r.Page
			}
		}
	})
	return first
}

// Walk calls visit for v and everything in it, with its JSON Pointer.
func (v *Tree) Walk(path string, visit func(path string, v *Tree)) {
	visit(path, v)
	for _, member := range v.Fields {
		member.Walk(path+jsontree.Pointer(member.Field.Name), visit)
	}
	for i, item := range v.Items {
		item.Walk(path+"/"+strconv.Itoa(i), visit)
	}
}

// At returns the tree at a path of names and indices; nil when there is none.
func (v *Tree) At(path []string) *Tree {
	for _, step := range path {
		if v.Field.Kind == schema.List {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v.Items) {
				return nil
			}
			v = v.Items[i]
			continue
		}
		i := slices.IndexFunc(v.Fields, func(w *Tree) bool { return w.Field.Name == step })
		if i < 0 {
			return nil
		}
		v = v.Fields[i]
	}
	return v
}
