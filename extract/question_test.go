package extract_test

import (
	"encoding/json"
	"errors"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/extract"
)

// card is the example of the model card.
const card = `{"id_number":"","address":{"street":"","city":""},"items":[{"name":"","price":0}],"tags":[""]}`

func TestQuestionHasTheExampleAndTheSchema(t *testing.T) {
	s, err := extract.New(card)
	if err != nil {
		t.Fatal(err)
	}
	q := s.Question()
	example := `{
    "id_number": "",
    "address": {
        "street": "",
        "city": ""
    },
    "items": [
        {
            "name": "",
            "price": ""
        }
    ],
    "tags": [
        ""
    ]
}`
	if q.Example != example {
		t.Errorf("example %s", q.Example)
	}
	schema := `{"type":"object","properties":{"id_number":{"type":["string","null"]},` +
		`"address":{"type":"object","properties":{"street":{"type":["string","null"]},"city":{"type":["string","null"]}},"required":["street","city"],"additionalProperties":false},` +
		`"items":{"type":"array","items":{"type":"object","properties":{"name":{"type":["string","null"]},"price":{"type":["string","null"]}},"required":["name","price"],"additionalProperties":false}},` +
		`"tags":{"type":"array","items":{"type":["string","null"]}}},"required":["id_number","address","items","tags"],"additionalProperties":false}`
	if string(q.Schema) != schema {
		t.Errorf("schema %s", q.Schema)
	}
}

func FuzzSchema(f *testing.F) {
	f.Add(card)
	f.Add(`{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"type":["string","null"],"pattern":"^a+$"}},"required":["a"]}`)
	f.Add(`{"properties":{"a":{"anyOf":[{"type":"null"},{"items":{"type":"integer"}}]}}}`)
	f.Add(`{"a":[[{"b":1e9}]]}`)
	f.Fuzz(func(t *testing.T, source string) {
		s, err := extract.New(source)
		if err != nil {
			if _, ok := errors.AsType[*document.Problem](err); !ok {
				t.Fatalf("%v is no problem", err)
			}
			return
		}
		q := s.Question()
		if !json.Valid([]byte(q.Example)) || !json.Valid(q.Schema) {
			t.Fatalf("the model is asked for %s and bound to %s", q.Example, q.Schema)
		}
		if x, err := s.Extract(&document.Result{}); err != nil || !json.Valid(x.Data) {
			t.Fatalf("data %s, %v", x.Data, err)
		}
	})
}
