package edits

import (
	"slices"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		text, other string
		want        []int
	}{
		{"", "abc", []int{}},
		{"abc", "", []int{-1, -1, -1}},
		{"abc", "abc", []int{0, 1, 2}},
		{"abc", "xabc", []int{1, 2, 3}},
		{"abc", "ac", []int{0, -1, 1}},
		{"abc", "axc", []int{0, 1, 2}},
		{"港口abc", "港口 abd", []int{0, 1, 3, 4, 5}},
	} {
		if got := Match([]rune(tc.text), []rune(tc.other)); !slices.Equal(got, tc.want) {
			t.Errorf("%q in %q: %v, want %v", tc.text, tc.other, got, tc.want)
		}
	}
}

func TestTextsTooLongMatchAtTheirBeginning(t *testing.T) {
	text := []rune("ab" + strings.Repeat("x", 5000))
	got := Match(text, []rune("ab"+strings.Repeat("y", 5000)))
	if got[0] != 0 || got[1] != 1 || got[2] != -1 || len(got) != len(text) {
		t.Errorf("%v", got[:4])
	}
}

// FuzzMatch wants pairs that ascend, within both texts.
func FuzzMatch(f *testing.F) {
	f.Add("harbour", "habrour")
	f.Fuzz(func(t *testing.T, a, b string) {
		text, other := []rune(a), []rune(b)
		last := -1
		for i, j := range Match(text, other) {
			if j == -1 {
				continue
			}
			if j <= last || j >= len(other) {
				t.Fatalf("%q in %q: %d stands for %d after %d", a, b, i, j, last)
			}
			last = j
		}
	})
}
