package extract

import (
	"fmt"
	"strings"
	"time"
)

// The machine-readable zone of travel documents: ICAO Doc 9303 parts 4 (TD3,
// passports), 5 (TD1, cards) and 6 (TD2).

// mrz is a zone whose check digits all agree.
type mrz struct {
	kind, country, surname, givenNames string
	number, nationality, sex           string
	birth, expiry                      string // YYYY-MM-DD
	personal                           string // of TD3, the optional number
}

// layout says where things stand in a zone: line, from, to.
type mrzLayout struct {
	lines, width                                           int
	number, nationality, birth, sex, expiry, name, country [3]int
	numberCheck, birthCheck, expiryCheck, composite        [2]int
	composed                                               [][3]int // what the composite digit covers
	personal                                               [3]int
	personalCheck                                          [2]int // zero: none
}

var mrzLayouts = []mrzLayout{
	{ // TD3
		lines: 2, width: 44, country: [3]int{0, 2, 5}, name: [3]int{0, 5, 44},
		number: [3]int{1, 0, 9}, numberCheck: [2]int{1, 9}, nationality: [3]int{1, 10, 13},
		birth: [3]int{1, 13, 19}, birthCheck: [2]int{1, 19}, sex: [3]int{1, 20, 21},
		expiry: [3]int{1, 21, 27}, expiryCheck: [2]int{1, 27},
		personal: [3]int{1, 28, 42}, personalCheck: [2]int{1, 42},
		composite: [2]int{1, 43}, composed: [][3]int{{1, 0, 10}, {1, 13, 20}, {1, 21, 43}},
	},
	{ // TD1
		lines: 3, width: 30, country: [3]int{0, 2, 5}, name: [3]int{2, 0, 30},
		number: [3]int{0, 5, 14}, numberCheck: [2]int{0, 14}, nationality: [3]int{1, 15, 18},
		birth: [3]int{1, 0, 6}, birthCheck: [2]int{1, 6}, sex: [3]int{1, 7, 8},
		expiry: [3]int{1, 8, 14}, expiryCheck: [2]int{1, 14},
		composite: [2]int{1, 29}, composed: [][3]int{{0, 5, 30}, {1, 0, 7}, {1, 8, 15}, {1, 18, 29}},
	},
	{ // TD2
		lines: 2, width: 36, country: [3]int{0, 2, 5}, name: [3]int{0, 5, 36},
		number: [3]int{1, 0, 9}, numberCheck: [2]int{1, 9}, nationality: [3]int{1, 10, 13},
		birth: [3]int{1, 13, 19}, birthCheck: [2]int{1, 19}, sex: [3]int{1, 20, 21},
		expiry: [3]int{1, 21, 27}, expiryCheck: [2]int{1, 27},
		composite: [2]int{1, 35}, composed: [][3]int{{1, 0, 10}, {1, 13, 20}, {1, 21, 35}},
	},
}

// parseMRZ reads a zone from its lines as recognized. It allows for what readers
// of the font confuse, a digit for a letter and a few fillers too many or too
// few, and accepts nothing whose check digits disagree. today decides the century
// of the birth date.
func parseMRZ(lines []string, today time.Time) (mrz, bool) {
	for _, l := range mrzLayouts {
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
	return mrz{}, false
}

// fill brings a line to its width by its longest run of fillers, the place where
// their number is lost.
func fill(line string, width int, fits bool) (string, bool) {
	const slack = 8
	line = mrzLine(line)
	if !fits || line == "" || len(line) < width-slack || len(line) > width+slack {
		return "", false
	}
	at, longest := len(line), 0
	for i := 0; i < len(line); {
		n := len(line[i:]) - len(strings.TrimLeft(line[i:], "<"))
		if n > longest {
			at, longest = i, n
		}
		i += n + 1
	}
	missing := width - len(line)
	switch {
	case missing >= 0:
		return line[:at] + strings.Repeat("<", missing) + line[at:], true
	case longest >= -missing:
		return line[:at] + line[at-missing:], true
	}
	return "", false
}

// mrzLine is a recognized line in the zone's alphabet; empty when it has anything
// that is neither in it nor commonly read for a filler.
func mrzLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '<':
			return r
		case r == '«' || r == '‹' || r == '〈' || r == '＜':
			return '<'
		case r == ' ' || r == '\u00a0':
			return -1
		}
		return 0
	}, strings.ReplaceAll(s, "«", "<<"))
	if strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}

var (
	toDigit  = strings.NewReplacer("O", "0", "Q", "0", "D", "0", "I", "1", "L", "1", "Z", "2", "S", "5", "G", "6", "B", "8")
	toLetter = strings.NewReplacer("0", "O", "1", "I", "2", "Z", "5", "S", "6", "G", "8", "B")
)

func (l *mrzLayout) read(zone []string, today time.Time) (mrz, bool) {
	for _, part := range [][3]int{l.birth, l.expiry} { // digits only
		zone[part[0]] = patch(zone[part[0]], part[1], part[2], toDigit)
	}
	for _, part := range [][3]int{l.country, l.nationality, l.name} { // letters only
		zone[part[0]] = patch(zone[part[0]], part[1], part[2], toLetter)
	}
	for _, at := range [][2]int{l.numberCheck, l.birthCheck, l.expiryCheck, l.composite} {
		zone[at[0]] = patch(zone[at[0]], at[1], at[1]+1, toDigit)
	}
	get := func(p [3]int) string { return zone[p[0]][p[1]:p[2]] }
	digit := func(p [2]int) byte { return zone[p[0]][p[1]] }
	var composed strings.Builder
	for _, p := range l.composed {
		composed.WriteString(get(p))
	}
	if checkDigit(get(l.birth)) != digit(l.birthCheck) || checkDigit(get(l.expiry)) != digit(l.expiryCheck) ||
		checkDigit(get(l.number)) != digit(l.numberCheck) || checkDigit(composed.String()) != digit(l.composite) {
		return mrz{}, false
	}
	m := mrz{
		kind: strings.Trim(zone[0][:2], "<"), country: strings.Trim(get(l.country), "<"), number: strings.Trim(get(l.number), "<"),
		nationality: strings.Trim(get(l.nationality), "<"), sex: strings.Trim(get(l.sex), "<"),
	}
	surname, given, _ := strings.Cut(get(l.name), "<<")
	m.surname, m.givenNames = spaced(surname), spaced(given)
	if l.personal != [3]int{} {
		if check := digit(l.personalCheck); check == checkDigit(get(l.personal)) {
			m.personal = strings.Trim(get(l.personal), "<")
		}
	}
	var ok1, ok2 bool
	m.expiry, ok1 = expiryDate(get(l.expiry))
	m.birth, ok2 = birthDate(get(l.birth), today)
	return m, ok1 && ok2 && m.surname != "" && m.kind != ""
}

func patch(line string, from, to int, with *strings.Replacer) string {
	return line[:from] + with.Replace(line[from:to]) + line[to:]
}

func spaced(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '<' }), " ")
}

// checkDigit is the sum of the characters weighted 7, 3, 1, modulo 10, as a
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

// birthDate takes the latest century that does not lie in the future. Unknown
// parts, written as fillers, make it unreadable.
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

// findMRZ looks for a zone in the spans of one page.
func findMRZ(spans []span, today time.Time) (mrz, []*span, bool) {
	for i := range spans {
		for _, n := range []int{2, 3} {
			if i+n > len(spans) || !strings.Contains(strings.ReplaceAll(spans[i].text, " ", "")+spans[i+n-1].text, "<") {
				continue
			}
			var lines []string
			var from []*span
			for j := i; j < i+n; j++ {
				lines, from = append(lines, spans[j].text), append(from, &spans[j])
			}
			if m, ok := parseMRZ(lines, today); ok {
				return m, from, true
			}
		}
	}
	return mrz{}, nil, false
}
