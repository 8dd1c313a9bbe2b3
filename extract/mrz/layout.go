package mrz

import (
	"fmt"
	"strings"
	"time"
)

// part is where a field stands in a zone: bytes [from, to) of a line.
type part struct{ line, from, to int }

// place is where one character stands in a zone.
type place struct{ line, at int }

// layout is one of the three formats of zones.
type layout struct {
	lines, width                                           int
	number, nationality, birth, sex, expiry, name, country part
	numberCheck, birthCheck, expiryCheck, composite        place
	composed                                               []part // what the composite digit covers
	personal                                               part
	personalCheck                                          place // zero: none
}

var layouts = []layout{
	{ // TD3
		lines: 2, width: 44, country: part{0, 2, 5}, name: part{0, 5, 44},
		number: part{1, 0, 9}, numberCheck: place{1, 9}, nationality: part{1, 10, 13},
		birth: part{1, 13, 19}, birthCheck: place{1, 19}, sex: part{1, 20, 21},
		expiry: part{1, 21, 27}, expiryCheck: place{1, 27},
		personal: part{1, 28, 42}, personalCheck: place{1, 42},
		composite: place{1, 43}, composed: []part{{1, 0, 10}, {1, 13, 20}, {1, 21, 43}},
	},
	{ // TD1
		lines: 3, width: 30, country: part{0, 2, 5}, name: part{2, 0, 30},
		number: part{0, 5, 14}, numberCheck: place{0, 14}, nationality: part{1, 15, 18},
		birth: part{1, 0, 6}, birthCheck: place{1, 6}, sex: part{1, 7, 8},
		expiry: part{1, 8, 14}, expiryCheck: place{1, 14},
		composite: place{1, 29}, composed: []part{{0, 5, 30}, {1, 0, 7}, {1, 8, 15}, {1, 18, 29}},
	},
	{ // TD2
		lines: 2, width: 36, country: part{0, 2, 5}, name: part{0, 5, 36},
		number: part{1, 0, 9}, numberCheck: place{1, 9}, nationality: part{1, 10, 13},
		birth: part{1, 13, 19}, birthCheck: place{1, 19}, sex: part{1, 20, 21},
		expiry: part{1, 21, 27}, expiryCheck: place{1, 27},
		composite: place{1, 35}, composed: []part{{1, 0, 10}, {1, 13, 20}, {1, 21, 35}},
	},
}

func (l *layout) read(zone []string, today time.Time) (Zone, bool) {
	for _, p := range []part{l.birth, l.expiry} { // digits only
		zone[p.line] = patch(zone[p.line], p.from, p.to, toDigit)
	}
	for _, p := range []part{l.country, l.nationality, l.name} { // letters only
		zone[p.line] = patch(zone[p.line], p.from, p.to, toLetter)
	}
	for _, p := range []place{l.numberCheck, l.birthCheck, l.expiryCheck, l.composite} {
		zone[p.line] = patch(zone[p.line], p.at, p.at+1, toDigit)
	}
	get := func(p part) string { return zone[p.line][p.from:p.to] }
	digit := func(p place) byte { return zone[p.line][p.at] }
	var composed strings.Builder
	for _, p := range l.composed {
		composed.WriteString(get(p))
	}
	if checkDigit(get(l.birth)) != digit(l.birthCheck) || checkDigit(get(l.expiry)) != digit(l.expiryCheck) ||
		checkDigit(get(l.number)) != digit(l.numberCheck) || checkDigit(composed.String()) != digit(l.composite) {
		return Zone{}, false
	}
	m := Zone{
		Kind: strings.Trim(zone[0][:2], "<"), Country: strings.Trim(get(l.country), "<"), Number: strings.Trim(get(l.number), "<"),
		Nationality: strings.Trim(get(l.nationality), "<"), Sex: strings.Trim(get(l.sex), "<"),
	}
	surname, given, _ := strings.Cut(get(l.name), "<<")
	m.Surname, m.GivenNames = spaced(surname), spaced(given)
	if (l.personal != part{}) {
		if check := digit(l.personalCheck); check == checkDigit(get(l.personal)) {
			m.Personal = strings.Trim(get(l.personal), "<")
		}
	}
	var ok1, ok2 bool
	m.Expiry, ok1 = expiryDate(get(l.expiry))
	m.Birth, ok2 = birthDate(get(l.birth), today)
	return m, ok1 && ok2 && m.Surname != "" && m.Kind != ""
}

func patch(line string, from, to int, with *strings.Replacer) string {
	return line[:from] + with.Replace(line[from:to]) + line[to:]
}

func spaced(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '<' }), " ")
}

// checkDigit returns the sum of the characters weighted 7, 3, 1, modulo 10, as a
// character (ICAO Doc 9303 part 3, 4.9).
func checkDigit(s string) byte {
	sum := 0
	for i := range len(s) {
		v := 0 // filler
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return byte('0' + sum%10)
}

func expiryDate(yymmdd string) (string, bool) { return century(yymmdd, "20") }

// birthDate chooses the latest century that puts the date not in the future. A date with unknown parts,
// which are written as fillers, is not read.
func birthDate(yymmdd string, today time.Time) (string, bool) {
	date, ok := century(yymmdd, "20")
	if !ok || date > today.Format(time.DateOnly) {
		return century(yymmdd, "19")
	}
	return date, ok
}

func century(yymmdd, cc string) (string, bool) {
	date := fmt.Sprintf("%s%s-%s-%s", cc, yymmdd[:2], yymmdd[2:4], yymmdd[4:])
	_, err := time.Parse(time.DateOnly, date)
	return date, err == nil
}
