package record

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	var many Numbers
	for i := range 1_000_000 {
		if i != 5 && i != 7 {
			many = append(many, i+1)
		}
	}
	for want, n := range map[string]Numbers{`[1,2,5]`: {1, 2, 5}, `null`: nil, `"1-5,7,9-1000000"`: many} {
		b, err := json.Marshal(n)
		if err != nil || string(b) != want {
			t.Errorf("%.40s, %v, want %s", b, err, want)
		}
		var back Numbers
		if err := json.Unmarshal(b, &back); err != nil || !slices.Equal(back, n) {
			t.Errorf("%s is read as %d numbers, %v", want, len(back), err)
		}
	}
	for _, wrong := range []string{`""`, `"a"`, `"3-1"`, `"0"`, `"1-2-3"`, `"1-999999999"`, `"1,"`, `{}`} {
		if err := json.Unmarshal([]byte(wrong), new(Numbers)); err == nil {
			t.Errorf("%s is read", wrong)
		}
	}
}

func FuzzNumbers(f *testing.F) {
	f.Add(`"1-5,7"`)
	f.Add(`[1,2]`)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "-") && len(text) > 12 {
			return // long ranges take long
		}
		var n Numbers
		if json.Unmarshal([]byte(text), &n) != nil {
			return
		}
		b, err := json.Marshal(n)
		var back Numbers
		if err != nil || json.Unmarshal(b, &back) != nil || !slices.Equal(n, back) {
			t.Errorf("%q is %v, %v", text, n, back)
		}
	})
}
