package values_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
	"ocr-gateway/extract/values"
)

func TestConvert(t *testing.T) {
	locale := printed.Locale{Decimal: printed.DecimalComma}
	for _, tc := range []struct {
		field schema.Field
		in    any
		want  any // nil with a mismatch unless absent
		empty bool
	}{
		{schema.Field{Kind: schema.Text}, " x ", "x", false},
		{schema.Field{Kind: schema.Text}, "  ", nil, true},
		{schema.Field{Kind: schema.Text}, json.Number("1.50"), "1.50", false},
		{schema.Field{Kind: schema.Text}, true, nil, false},
		{schema.Field{Kind: schema.Text, Format: "date"}, "7. Mai 2014", "2014-05-07", false},
		{schema.Field{Kind: schema.Text, Format: "date"}, "03/04/2020", nil, false},
		{schema.Field{Kind: schema.Number}, "1.234", json.Number("1234"), false},
		{schema.Field{Kind: schema.Integer}, "3,00", json.Number("3"), false},
		{schema.Field{Kind: schema.Integer}, "3,50", nil, false},
		{schema.Field{Kind: schema.Boolean}, "Ja", true, false},
		{schema.Field{Kind: schema.Boolean}, "perhaps", nil, false},
		{schema.Field{Kind: schema.Scalar}, json.Number("7"), json.Number("7"), false},
		{schema.Field{Kind: schema.Scalar}, []any{}, nil, false},
		{schema.Field{Kind: schema.Number}, nil, nil, true},
	} {
		got, detail := values.Convert(&tc.field, tc.in, locale)
		if got != tc.want || (detail != "") != (tc.want == nil && !tc.empty) {
			t.Errorf("%v as %s: %v, %q", tc.in, tc.field.Kind, got, detail)
		}
	}
}

func TestTree(t *testing.T) {
	s, err := schema.Parse(`{"name":"","box":{"size":0},"rows":[{"a":""}]}`)
	if err != nil {
		t.Fatal(err)
	}
	found := values.New(s.Root)
	for page, name := range map[int]string{1: "Müller", 2: "MULLER"} {
		w := values.New(s.Root)
		w.At([]string{"name"}).Readings = []values.Reading{{Page: page, Value: name, Score: float64(page)}}
		found.Merge(w)
	}
	if c := found.At([]string{"name"}).Conflict("/name"); c != nil {
		t.Errorf("the same letters are in conflict: %+v", c)
	}
	more := values.New(s.Root)
	more.At([]string{"name"}).Readings = []values.Reading{{Page: 3, Value: "Meier", Score: 0.5}}
	row := values.New(s.Root.Fields[2].Item)
	row.Fields[0].Readings = []values.Reading{{Page: 3, Value: `<"x">`}}
	more.At([]string{"rows"}).Items = []*values.Tree{row}
	found.Merge(more)
	if c := found.At([]string{"name"}).Conflict("/name"); c == nil || c.Chosen != 2 || len(c.Values) != 3 {
		t.Errorf("conflict %+v", c)
	}
	if w := found.At([]string{"rows", "0", "a"}); w == nil || w.FirstPage() != 3 || found.At([]string{"rows", "1"}) != nil || found.At([]string{"none"}) != nil {
		t.Errorf("at /rows/0/a: %+v", w)
	}
	var b bytes.Buffer
	found.WriteJSON(&b)
	if want := `{"name":"MULLER","box":{"size":null},"rows":[{"a":"<\"x\">"}]}`; b.String() != want {
		t.Errorf("data %s", b.String())
	}
	if got, want := found.Data(), any(map[string]any{"name": "MULLER", "rows": []any{map[string]any{"a": `<"x">`}}}); !reflect.DeepEqual(got, want) {
		t.Errorf("data %v", got)
	}
}

// TestFill: an answer that does not fit is noted with its page.
func TestFill(t *testing.T) {
	s, err := schema.Parse(`{"total":0,"box":{"size":0},"rows":[""]}`)
	if err != nil {
		t.Fatal(err)
	}
	found := values.New(s.Root)
	found.At([]string{"total"}).Fill("a lot", 4, printed.Locale{})
	found.At([]string{"box"}).Fill("x", 4, printed.Locale{})
	found.At([]string{"rows"}).Fill("one, without its list", 4, printed.Locale{})
	if got, want := found.At([]string{"total"}).Errors, []document.SchemaError{{Page: 4, Value: "a lot", Detail: "this is not a number"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("errors %+v", got)
	}
	if got := found.At([]string{"box"}).Errors; len(got) != 1 {
		t.Errorf("errors %+v", got)
	}
	if got := found.At([]string{"rows", "0"}); got == nil || got.Best().Value != "one, without its list" {
		t.Errorf("items %+v", got)
	}
}
