// Package script tells the writing systems of texts apart, by Unicode's names for them:
// Latin, Cyrillic, Han, …
package script

import (
	"slices"
	"strings"
	"unicode"
)

// The scripts that the built-in model reads.
const (
	Latin    = "Latin"
	Han      = "Han"
	Hiragana = "Hiragana"
	Katakana = "Katakana"
)

// Viet stands for Latin with the marks of Vietnamese, which models for other languages drop.
const Viet = "Vietnamese"

// Known reports whether name is Unicode's name of a script with letters.
func Known(name string) bool {
	_, ok := unicode.Scripts[name]
	return name == Viet || ok && name != "Common" && name != "Inherited"
}

// common are the scripts of most texts, tried first.
var common = []string{
	Latin, Han, Hiragana, Katakana, "Cyrillic", "Greek", "Arabic", "Hebrew", "Thai", "Devanagari", "Hangul", "Georgian",
}

// others are the remaining scripts, in a fixed order.
var others = func() []string {
	var names []string
	for name := range unicode.Scripts {
		if Known(name) && !slices.Contains(common, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}()

// Of returns the script of a letter, or of a mark that belongs to one; empty for other characters.
func Of(r rune) string {
	if r < 0x80 {
		if unicode.IsLetter(r) {
			return Latin
		}
		return ""
	}
	if !unicode.In(r, unicode.L, unicode.M) {
		return ""
	}
	for _, names := range [][]string{common, others} {
		for _, name := range names {
			if unicode.Is(unicode.Scripts[name], r) {
				return name
			}
		}
	}
	return ""
}

// Most returns the script of most letters of a text, and their number; empty for a text without letters.
func Most(text string) (name string, letters int) {
	counts := map[string]int{}
	for _, r := range text {
		if s := Of(r); s != "" {
			counts[s]++
		}
	}
	for s, n := range counts {
		if n > letters || n == letters && s < name {
			name, letters = s, n
		}
	}
	return name, letters
}

// alike are letters of each script that look like Latin ones.
var alike = map[string]string{
	"Cyrillic": "АAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSаaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝw",
	"Greek":    "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοovν",
}

// SharesForms reports whether a script has letters that look like Latin ones.
func SharesForms(name string) bool { return alike[name] != "" }

// toLatin and fromLatin map letters that look the same, by script.
var toLatin, fromLatin = func() (map[rune]rune, map[string]map[rune]rune) {
	to, from := map[rune]rune{}, map[string]map[rune]rune{}
	for name, pairs := range alike {
		from[name] = map[rune]rune{}
		letters := []rune(pairs)
		for i := 0; i+1 < len(letters); i += 2 {
			if other, latin := letters[i], letters[i+1]; Of(other) == name {
				to[other], from[name][latin] = latin, other
			}
		}
	}
	return to, from
}()

// OneInEachWord rewrites words that mix Latin with another script, as typing on two keyboards or fraud
// produces them, in the script of most of their letters, if the others look the same in it. mixed reports
// whether a word stays mixed.
func OneInEachWord(text string) (clean string, mixed bool) {
	runes := []rune(text)
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && unicode.In(runes[j], unicode.L, unicode.M) {
			j++
		}
		if j > i && !unmix(runes[i:j]) {
			mixed = true
		}
		i = max(j, i+1)
	}
	return string(runes), mixed
}

// unmix rewrites the letters of a word in one script; it reports whether they then are.
func unmix(word []rune) bool {
	latin, foreign, other := 0, 0, ""
	for _, r := range word {
		switch s := Of(r); {
		case s == Latin:
			latin++
		case fromLatin[s] != nil && (other == "" || other == s):
			other = s
			foreign++
		case s != "" && (latin > 0 || other != ""):
			return latin == 0 // scripts without letters like Latin's mix with each other
		}
	}
	if latin == 0 || foreign == 0 {
		return true
	}
	out := slices.Clone(word)
	for i, r := range word {
		var as rune
		if s := Of(r); latin >= foreign && s == other {
			as = toLatin[r]
		} else if latin < foreign && s == Latin {
			as = fromLatin[other][r]
		} else {
			continue
		}
		if as == 0 {
			return false
		}
		out[i] = as
	}
	copy(word, out)
	return true
}

// LooksLike reports whether every letter of a Latin text looks like one of the script, so that either may be
// meant.
func LooksLike(text, name string) bool {
	letters := 0
	for _, r := range text {
		if Of(r) == "" {
			continue
		}
		if fromLatin[name][r] == 0 {
			return false
		}
		letters++
	}
	return letters > 0
}

// Vietnamese reports whether a text has letters that only Vietnamese has.
func Vietnamese(text string) bool {
	own, all := 0, 0
	for _, r := range strings.ToLower(text) {
		switch {
		case r == 'ư' || r == 'ơ' || r >= 0x1ea0 && r <= 0x1ef9:
			own++
			all++
		case strings.ContainsRune("đăâêô", r):
			all++
		}
	}
	return own >= 1 && all >= 3
}
