package extract_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"ocr-gateway/extract"
)

func TestAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		cut    bool
		want   string // JSON; empty means an error
	}{
		"bare":                 {`{"a": "x"}`, false, `{"a":"x"}`},
		"fenced":               {"```json\n{\"a\": \"x\"}\n```", false, `{"a":"x"}`},
		"fence without name":   {"```\n{\"a\": \"x\"}\n```\n", false, `{"a":"x"}`},
		"fence not closed":     {"```json\n{\"a\": \"x\"}", false, `{"a":"x"}`},
		"with words":           {"Here it is: {\"a\": \"x\"} Done.", false, `{"a":"x"}`},
		"one in a list":        {`[{"a": "x"}]`, false, `{"a":"x"}`},
		"valid is not touched": {`{"a": "C:\\temp \\u0041", "b": 1.50}`, false, `{"a":"C:\\temp \\u0041","b":1.50}`},
		"a name twice":         {`{"a": "x", "a": "y"}`, false, `{"a":"x"}`},
		"trailing comma":       {`{"a": "x", "b": [1, 2,],}`, false, `{"a":"x","b":[1,2]}`},
		"single quotes":        {`{'a': 'x'}`, false, `{"a":"x"}`},
		"latex":                {`{"a": "\frac{1}{2} \alpha \times \rho", "b": "x\ny"}`, false, `{"a":"\\frac{1}{2} \\alpha \\times \\rho","b":"x\ny"}`},
		"latex and a comma":    {`{"a": "\(x\) \beta",}`, false, `{"a":"\\(x\\) \\beta"}`},
		"not closed":           {`{"a": "x", "b": {"c": "y"`, false, `{"a":"x","b":{"c":"y"}}`},
		"cut in a value":       {`{"a": "x", "b": "12`, true, `{"a":"x"}`},
		"cut in a list":        {`{"a": [{"n": "1"}, {"n": "2`, true, `{"a":[{"n":"1"},{}]}`},
		"text":                 {"I see a cat.", false, ""},
		"empty":                {"", false, ""},
		"a number":             {"12", false, ""},
		"a list":               {`["a", "b"]`, false, ""},
		"deep":                 {strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300), false, ""},
		"deep and broken":      {strings.Repeat(`[{"a":`, 300), false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := extract.ParseAnswer(tc.answer, tc.cut)
			if tc.want == "" {
				if err == nil {
					t.Fatalf("got %v", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var want any
			dec := json.NewDecoder(strings.NewReader(tc.want))
			dec.UseNumber()
			if err := dec.Decode(&want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{`{"a":"x"}`, "```json\n{'a': \\frac,}\n```", `{"a": [1, {"b": "\u12`, `[{"a":}]`, "{\"a\":\"\\", `{"a" 1 "b"}`} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, answer string, cut bool) {
		got, err := extract.ParseAnswer(answer, cut)
		if err == nil {
			if _, err := json.Marshal(got); err != nil {
				t.Fatal(err)
			}
		}
	})
}
