package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/extract/schema"
	"ocr-gateway/internal/cputime"
)

// TestSchemaForms lists ways to say the same; the fields keep their order.
func TestSchemaForms(t *testing.T) {
	for name, source := range map[string]string{
		"example":            `{"zeta":"","alpha":0}`,
		"example of nulls":   `{"zeta":null,"alpha":null}`,
		"field named type":   `{"zeta":"","alpha":""}`,
		"JSON Schema":        `{"type":"object","properties":{"zeta":{"type":"string"},"alpha":{"type":"number"}}}`,
		"without type":       `{"properties":{"zeta":{"type":"string"},"alpha":{"type":"number"}}}`,
		"nullable types":     `{"type":"object","properties":{"zeta":{"type":["string","null"]},"alpha":{"type":["null","number"]}}}`,
		"pydantic optional":  `{"type":"object","properties":{"zeta":{"anyOf":[{"type":"string"},{"type":"null"}],"title":"Zeta"},"alpha":{"anyOf":[{"type":"number"},{"type":"null"}]}}}`,
		"references":         `{"$defs":{"t":{"type":"string"},"n":{"$ref":"#/$defs/m"},"m":{"type":"number"}},"type":"object","properties":{"zeta":{"$ref":"#/$defs/t"},"alpha":{"$ref":"#/$defs/n"}}}`,
		"root reference":     `{"$ref":"#/definitions/r","definitions":{"r":{"type":"object","properties":{"zeta":{"enum":["a"]},"alpha":{}}}}}`,
		"several scalars":    `{"type":"object","properties":{"zeta":{"type":["string","number"]},"alpha":{"oneOf":[{"type":"string"},{"type":"integer"}]}}}`,
		"draft 7":            `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"zeta":true,"alpha":{"const":1}}}`,
		"an id of elsewhere": `{"$id":"https://example.com/s.json","type":"object","properties":{"zeta":{"$ref":"#/$defs/a"},"alpha":{"type":"string"}},"$defs":{"a":{"type":"string"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s, err := schema.Parse(source)
			if err != nil {
				t.Fatal(err)
			}
			if got := fieldNames(s); !slices.Equal(got, []string{"zeta", "alpha"}) {
				t.Errorf("fields %q", got)
			}
		})
	}
	s, err := schema.Parse(`{"type":"","properties":"","country":""}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := fieldNames(s); !slices.Equal(got, []string{"type", "properties", "country"}) {
		t.Errorf("an example with fields that JSON Schema knows: %q", got)
	}
}

// fieldNames returns the names of the root's fields, all of which are single values.
func fieldNames(s *schema.Schema) []string {
	var names []string
	for _, f := range s.Root.Fields {
		if f.Kind != schema.Group && f.Kind != schema.List {
			names = append(names, f.Name)
		}
	}
	return names
}

func TestHostileSchemas(t *testing.T) {
	bomb := `{"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{`
	for i := range 30 {
		bomb += fmt.Sprintf(`"d%d":{"type":"object","properties":{"x":{"$ref":"#/$defs/d%d"},"y":{"$ref":"#/$defs/d%d"}}},`, i, i+1, i+1)
	}
	bomb += `"d30":{"type":"string"}}}`
	wide := `{"a":""`
	for i := range 600 {
		wide += fmt.Sprintf(`,"f%d":""`, i)
	}
	property := func(s string) string { return `{"type":"object","properties":{"a":` + s + `}}` }
	for name, tc := range map[string]struct{ source, says string }{
		"no JSON":              {`{"a":`, "must be a JSON object"},
		"nothing":              {``, "must be a JSON object"},
		"a list":               {`[{"a":""}]`, "must be a JSON object"},
		"two values":           {`{"a":""}{}`, "must be a JSON object"},
		"a name twice":         {`{"a":"","a":0}`, "repeated names"},
		"too long":             {`{"a":"` + strings.Repeat("x", 300<<10) + `"}`, "longer than"},
		"deep":                 {strings.Repeat(`{"a":`, 5000) + `""` + strings.Repeat("}", 5000), "deeper than"},
		"deep list":            {`{"a":` + strings.Repeat("[", 5000), "deeper than"},
		"wide":                 {wide + "}", "more than 512 fields"},
		"long name":            {`{"` + strings.Repeat("n", 300) + `":""}`, "name of more than"},
		"no field":             {`{}`, "names no field"},
		"no property":          {`{"type":"object"}`, "names no field"},
		"empty group":          {`{"a":{}}`, `"/a"`},
		"a file":               {property(`{"$ref":"file:///etc/passwd"}`), "another document"},
		"a relative file":      {property(`{"$ref":"other.json#/a"}`), "another document"},
		"the web":              {property(`{"$ref":"http://127.0.0.1/x"}`), "another document"},
		"a file where unread":  {property(`{"type":"string","not":{"$ref":"file:///etc/passwd"}}`), "another document"},
		"a file as dialect":    {`{"$schema":"file:///etc/passwd","type":"object","properties":{"a":{"type":"string"}}}`, "another document"},
		"nowhere":              {property(`{"$ref":"#/$defs/none"}`), "does not have"},
		"itself":               {property(`{"$ref":"#"}`), "contains itself"},
		"itself in a list":     {property(`{"type":"array","items":{"$ref":"#/properties/a"}}`), "contains itself"},
		"a circle":             {`{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}`, "contains itself"},
		"doubling":             {bomb, "more than 512 fields"},
		"huge repeat":          {property(`{"type":"string","pattern":"((((a{100}){100}){100}){100})"}`), "not a valid JSON Schema"},
		"many classes":         {property(`{"type":"string","pattern":"(\\p{L}\\p{N}){900}"}`), "patterns are too large"},
		"long pattern":         {property(`{"type":"string","pattern":"` + strings.Repeat("ab|", 30000) + `c"}`), "patterns are too large"},
		"no pattern":           {property(`{"type":"string","pattern":"("}`), "not a valid JSON Schema"},
		"unlike items":         {property(`{"type":"array","items":[{"type":"string"}]}`), "unlike items"},
		"several objects":      {property(`{"oneOf":[{"type":"object","properties":{"b":{}}},{"type":"object","properties":{"c":{}}}]}`), "several oneOf"},
		"several types":        {property(`{"type":["object","string"]}`), "several types"},
		"no such type":         {property(`{"type":"text"}`), "no type"},
		"only null":            {property(`{"type":"null"}`), "no type"},
		"nothing allowed":      {property(`false`), "allows no value"},
		"a list at the root":   {`{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array","items":{"type":"string"}}`, "must describe an object"},
		"not valid as a whole": {property(`{"type":"string","minLength":"x"}`), "not a valid JSON Schema"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			took := cputime.Of(t, func() { _, err = schema.Parse(tc.source) })
			var p *document.Problem
			if !errors.As(err, &p) || p.Code != document.CodeInvalidRequest {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(p.Detail, tc.says) {
				t.Errorf("says %q, want %q", p.Detail, tc.says)
			}
			if took > 20*time.Second { // none needs one
				t.Errorf("took %s of processor time", took)
			}
		})
	}
}

// TestViolationsHaveAnOrder: equal data breaks the same rules in the same order.
func TestViolationsHaveAnOrder(t *testing.T) {
	s, err := schema.Parse(`{"type":"object","properties":{"d":{"type":"string","pattern":"^x","minLength":3},"c":{"type":"number","minimum":5},
		"b":{"enum":["x"]},"a":{"type":"array","minItems":1,"items":{"type":"integer"}},"e":{"type":"string"}},"required":["e","f"]}`)
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{"d": "y", "c": json.Number("1"), "b": "y", "a": []any{"x", json.Number("2"), "z"}}
	want := "[a 0] [a 2] [b] [c] [d] [d] [e] [f]"
	for range 50 {
		var paths, details []string
		for _, v := range s.Violations(data) {
			paths, details = append(paths, fmt.Sprint(v.Path)), append(details, v.Detail)
		}
		if got := strings.Join(paths, " "); got != want || details[4] != "this breaks the schema's rule minLength" {
			t.Fatalf("got %s, want %s: %q", got, want, details)
		}
	}
	if got := s.Violations(map[string]any{"d": "xyz", "c": json.Number("5.0"), "b": "x", "a": []any{json.Number("1")}, "e": "", "f": ""}); len(got) > 0 {
		t.Errorf("sound data: %+v", got)
	}
}
