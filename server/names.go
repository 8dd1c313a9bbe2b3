package server

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// maxShown is how many characters of foreign text appear in answers and logs.
const maxShown = 100

// clip makes foreign text short and printable.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s[:min(len(s), 4*maxShown)])
	if r := []rune(s); len(r) > maxShown {
		return string(r[:maxShown]) + "…"
	}
	return s
}

// cleanName makes a client's file name fit to be shown. It is never a path.
func cleanName(name string) string {
	return clip(name[strings.LastIndexAny(name, `/\`)+1:])
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// nearest finds the known word that name was probably meant to be: at most two
// changes away and less than half of its length. Empty when none is near.
func nearest(name string, known []string) string {
	if len(name) > maxShown {
		return ""
	}
	best, word := 3, ""
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), k); d < best && 2*d < len(k) {
			best, word = d, k
		}
	}
	return word
}
