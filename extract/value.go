package extract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"ocr-gateway/document"
)

// value is what was found for a field: a tree of the schema's shape.
type value struct {
	of       *field
	readings []reading              // of a single value: at most one for each page, ascending
	faults   []document.SchemaError // without paths
	fields   []*value               // of a group, as of.fields
	items    []*value               // of a list
}

// reading is a single value as one page gave it.
type reading struct {
	page  int
	value any     // string, json.Number or bool
	score float64 // how sure it is; compared between pages
	at    *document.Evidence
}

// maxClip bounds what is shown of a wrong value, in characters.
const maxClip = 100

// blank is a value of which nothing was found.
func blank(f *field) *value {
	v := &value{of: f}
	for _, member := range f.fields {
		v.fields = append(v.fields, blank(member))
	}
	return v
}

// fit takes what a model answered for v on a page.
func (v *value) fit(answer any, page int, h habits) {
	if answer == nil {
		return
	}
	switch v.of.kind {
	case group:
		o, ok := answer.(*object)
		if !ok {
			v.fault(page, answer, "this is not an object")
			return
		}
		for _, member := range v.fields {
			member.fit(o.named(member.of.name), page, h)
		}
	case list:
		items, ok := answer.([]any)
		if !ok {
			items = []any{answer} // one item, without its list
		}
		for _, a := range items {
			item := blank(v.of.item)
			item.fit(a, page, h)
			if !item.empty() || len(item.allFaults()) > 0 {
				v.items = append(v.items, item)
			}
		}
	default:
		got, detail := convert(v.of, answer, h)
		switch {
		case detail != "":
			v.fault(page, answer, detail)
		case got != nil:
			v.readings = append(v.readings, reading{page: page, value: got, score: 1})
		}
	}
}

// named finds a member by its name, or by its letters and digits alone when
// there is none of that name.
func (o *object) named(name string) any {
	if v, ok := o.values[name]; ok {
		return v
	}
	for _, n := range o.names {
		if letters(n) == letters(name) && letters(name) != "" {
			return o.values[n]
		}
	}
	return nil
}

func (v *value) fault(page int, answer any, detail string) {
	v.faults = append(v.faults, document.SchemaError{Page: page, Value: clip(answer), Detail: detail})
}

// clip shows a value in a few characters.
func clip(v any) string {
	s, ok := v.(string)
	if !ok {
		b, err := json.Marshal(plain(v))
		if err != nil {
			return ""
		}
		s = string(b)
	}
	if r := []rune(s); len(r) > maxClip {
		s = string(r[:maxClip]) + "…"
	}
	return s
}

func (v *value) empty() bool {
	notEmpty := func(w *value) bool { return !w.empty() }
	return len(v.readings) == 0 && !slices.ContainsFunc(v.fields, notEmpty) && !slices.ContainsFunc(v.items, notEmpty)
}

func (v *value) allFaults() []document.SchemaError {
	all := v.faults
	for _, w := range slices.Concat(v.fields, v.items) {
		all = append(all, w.allFaults()...)
	}
	return all
}

// merge adds what a later page gave: single values stand side by side, lists are
// continued.
func (v *value) merge(w *value) {
	v.readings = append(v.readings, w.readings...)
	v.faults = append(v.faults, w.faults...)
	v.items = append(v.items, w.items...)
	for i := range v.fields {
		v.fields[i].merge(w.fields[i])
	}
}

// chosen is the surest reading, the earliest of equals; nil when there is none.
func (v *value) chosen() *reading {
	var best *reading
	for i := range v.readings {
		if r := &v.readings[i]; best == nil || r.score > best.score {
			best = r
		}
	}
	return best
}

// firstPage is the first page that gave any of v, 0 when none did.
func (v *value) firstPage() int {
	first := 0
	v.walk("", func(_ string, w *value) {
		for _, r := range w.readings {
			if first == 0 || r.page < first {
				first = r.page
			}
		}
	})
	return first
}

// walk calls visit for v and all in it, with their paths.
func (v *value) walk(path string, visit func(path string, v *value)) {
	visit(path, v)
	for _, member := range v.fields {
		member.walk(path+pointer(member.of.name), visit)
	}
	for i, item := range v.items {
		item.walk(path+"/"+strconv.Itoa(i), visit)
	}
}

// conflict is the field's, nil when its pages agree.
func (v *value) conflict(path string) *document.Conflict {
	best := v.chosen()
	if best == nil || !slices.ContainsFunc(v.readings, func(r reading) bool { return !same(r.value, best.value) }) {
		return nil
	}
	c := &document.Conflict{Path: path, Chosen: best.page}
	for _, r := range v.readings {
		c.Values = append(c.Values, document.PageValue{Page: r.page, Value: r.value})
	}
	return c
}

// same compares values as people would: letters and digits, any case.
func same(a, b any) bool {
	if x, ok := a.(json.Number); ok {
		y, ok := b.(json.Number)
		return ok && equalNumbers(x, y)
	}
	return letters(fmt.Sprint(a)) == letters(fmt.Sprint(b))
}

func equalNumbers(x, y json.Number) bool {
	if x == y {
		return true
	}
	a, err := x.Float64()
	b, err2 := y.Float64()
	return err == nil && err2 == nil && a == b
}

// write writes the data in the schema's order.
func (v *value) write(b *bytes.Buffer) {
	switch v.of.kind {
	case group:
		b.WriteByte('{')
		for i, member := range v.fields {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quote(member.of.name) + ":")
			member.write(b)
		}
		b.WriteByte('}')
	case list:
		b.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b)
		}
		b.WriteByte(']')
	default:
		writeSingle(b, v.chosen())
	}
}

func writeSingle(b *bytes.Buffer, r *reading) {
	if r == nil {
		b.WriteString("null")
		return
	}
	switch x := r.value.(type) {
	case string:
		b.WriteString(quote(x))
	default:
		fmt.Fprint(b, x)
	}
}

// known is the data without what is absent, in the types of jsonschema.
func (v *value) known() any {
	switch v.of.kind {
	case group:
		m := map[string]any{}
		for _, member := range v.fields {
			if got := member.known(); got != nil {
				m[member.of.name] = got
			}
		}
		if len(m) == 0 {
			return nil
		}
		return m
	case list:
		if len(v.items) == 0 {
			return nil
		}
		items := []any{}
		for _, item := range v.items {
			items = append(items, item.known())
		}
		return items
	}
	if r := v.chosen(); r != nil {
		return r.value
	}
	return nil
}
