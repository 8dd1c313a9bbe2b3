package embedded

import (
	"slices"
	"testing"

	"ocr-gateway/document"
)

func TestStrokesAmongOtherLettersAreDashes(t *testing.T) {
	for _, c := range [][2][]string{
		{{"Fuel", "58", "一"}, {"Fuel", "58", "–"}},
		{{"Taxes", "ー", ""}, {"Taxes", "–", ""}},
		{{"一", "港口", "58"}, {"一", "港口", "58"}},
		{{"一"}, {"一"}},
		{{"一", ""}, {"一", ""}},
	} {
		lines := make([]document.Line, len(c[0]))
		for i, text := range c[0] {
			lines[i].Text = text
		}
		writeDashes(lines)
		var got []string
		for _, l := range lines {
			got = append(got, l.Text)
		}
		if !slices.Equal(got, c[1]) {
			t.Errorf("%q became %q, want %q", c[0], got, c[1])
		}
	}
}
