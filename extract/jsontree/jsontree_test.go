package jsontree_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/extract/jsontree"
)

func TestDecode(t *testing.T) {
	v, err := jsontree.Decode([]byte(`{"z":1.50,"a":[true,null,{"b":"x"}],"z":2}`), false)
	if err != nil {
		t.Fatal(err)
	}
	o := v.(*jsontree.Object)
	if !slices.Equal(o.Names, []string{"z", "a"}) || o.Get("z") != json.Number("1.50") || o.Get("none") != nil {
		t.Errorf("got %+v", o)
	}
	want := map[string]any{"z": json.Number("1.50"), "a": []any{true, nil, map[string]any{"b": "x"}}}
	if got := jsontree.Plain(v); !reflect.DeepEqual(got, want) {
		t.Errorf("plain %v", got)
	}
	for text, unique := range map[string]bool{`{"a":1,"a":2}`: true, `{"a":1}{}`: false, `{"a":`: false, `[1,]`: false, ``: false} {
		if v, err := jsontree.Decode([]byte(text), unique); err == nil {
			t.Errorf("%s is %v", text, v)
		}
	}
}

func TestNests(t *testing.T) {
	for text, want := range map[string]bool{`[[1],[2]]`: false, `[[[1]]]`: true, `{"a":[{"b":1`: true, `["[[[\"[["]`: false, ``: false, strings.Repeat("[]", 9): false} {
		if got := jsontree.Nests([]byte(text), 2); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestPointer(t *testing.T) {
	if got := jsontree.Pointer("a/b", "~", "", "0"); got != "/a~1b/~0//0" {
		t.Error(got)
	}
	if got := jsontree.Quote("a<\"é\n"); got != `"a<\"é\n"` {
		t.Error(got)
	}
}
