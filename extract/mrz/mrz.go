// Package mrz reads the machine-readable zone of travel documents: ICAO Doc 9303
// parts 4 (TD3, passports), 5 (TD1, cards) and 6 (TD2).
package mrz

import (
	"strings"
	"time"
)

// Zone is a zone whose check digits all agree.
type Zone struct {
	Kind, Country, Surname, GivenNames string
	Number, Nationality, Sex           string
	Birth, Expiry                      string // YYYY-MM-DD
	Personal                           string // of TD3, the optional number
}

// Parse reads a zone from its recognized lines. It corrects common errors of recognition in this font,
// digits for letters or a few fillers too many or too few, and rejects a zone with a wrong check digit.
// today decides the century of the birth date.
func Parse(lines []string, today time.Time) (Zone, bool) {
	for _, l := range layouts {
		if len(lines) != l.lines {
			continue
		}
		zone := make([]string, l.lines)
		fits := true
		for i, line := range lines {
			zone[i], fits = fill(line, l.width, fits)
		}
		if !fits {
			continue
		}
		if m, ok := l.read(zone, today); ok {
			return m, true
		}
	}
	return Zone{}, false
}

// Find returns the first zone in the lines of a page: lines[first:end].
func Find(lines []string, today time.Time) (z Zone, first, end int, ok bool) {
	for first := range lines {
		for _, n := range []int{2, 3} {
			end := first + n
			if end > len(lines) || !strings.Contains(strings.ReplaceAll(lines[first], " ", "")+lines[end-1], "<") {
				continue
			}
			if z, ok := Parse(lines[first:end], today); ok {
				return z, first, end, true
			}
		}
	}
	return Zone{}, 0, 0, false
}
