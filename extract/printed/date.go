package printed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/internal/lazyregexp"
)

// DayOrder is which of day and month the numeric dates of a document begin with.
type DayOrder int

// The orders of day and month.
const (
	UnknownOrder DayOrder = iota
	DayFirst
	MonthFirst
)

var (
	isoDate     = lazyregexp.New(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b`)
	cjkDate     = lazyregexp.New(`(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日`)
	numericDate = lazyregexp.New(`\b(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})\b`)
	joinedTime  = lazyregexp.New(`(\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(\d{1,2}:\d{2})`)
	spacedDate  = lazyregexp.New(`\b(\d{2})( )(\d{2}) (\d{4})\b`)
	dayMonth    = lazyregexp.New(`(?i)\b(\d{1,2})(?:\.|st|nd|rd|th|er|º)?[\s\-]{0,2}(?:de\s+|of\s+)?(\p{L}{3,10})\.?(?:\s?/\s?\p{L}{3,10}\.?)?[\s,\-]{0,3}(?:de\s+|del\s+)?'?(\d{4}|\d{2})\b`)
	monthDay    = lazyregexp.New(`(?i)\b(\p{L}{3,10})\.?\s?(\d{1,2})(?:st|nd|rd|th)?\s?,?\s?(\d{4})\b`)
)

// months by the beginnings of their names in en, de, fr, es, nl and it, folded.
var months = []struct {
	month int
	names string
}{
	{1, "jan ene gen"},
	{2, "feb fev"},
	{3, "mar mrz mrt maerz maa"},
	{4, "apr avr abr"},
	{5, "may mai mei mayo mag"},
	{6, "jun juin giu"},
	{7, "jul juil lug"},
	{8, "aug aou ago"},
	{9, "sep set"},
	{10, "oct okt ott"},
	{11, "nov"},
	{12, "dec dez dic"},
}

func monthNamed(name string) int {
	name = Fold(name)
	best, length := 0, 0
	for _, m := range months {
		for prefix := range strings.FieldsSeq(m.names) {
			if strings.HasPrefix(name, prefix) && len(prefix) > length {
				best, length = m.month, len(prefix)
			}
		}
	}
	return best
}

// Date is a date found in a text.
type Date struct {
	Text string // as printed
	ISO  string // YYYY-MM-DD; empty when day and month cannot be told apart
}

// FindDate returns the first date in s, as printed and, when that is unambiguous, as
// YYYY-MM-DD. Years of two digits lie between 1970 and 2069.
func FindDate(s string, order DayOrder) (Date, bool) {
	for _, re := range []*regexp.Regexp{isoDate(), cjkDate()} {
		if m := re.FindStringSubmatch(s); m != nil {
			return dateOf(m[0], m[1], m[2], m[3])
		}
	}
	s = joinedTime().ReplaceAllString(s, "$1 $2")
	m := numericDate().FindStringSubmatch(s)
	if m == nil {
		m = spacedDate().FindStringSubmatch(s)
	}
	if m != nil {
		day, month := m[1], m[3]
		switch {
		case number2(month) > 12:
			day, month = month, day
		case number2(day) > 12, m[2] == ".", day == month, order == DayFirst:
		case order == MonthFirst:
			day, month = month, day
		default:
			if _, ok := dateOf(m[0], m[4], month, day); ok {
				return Date{Text: m[0]}, true
			}
		}
		return dateOf(m[0], m[4], month, day)
	}
	for _, m := range dayMonth().FindAllStringSubmatch(s, 4) {
		if month := monthNamed(m[2]); month > 0 {
			return dateOf(m[0], m[3], strconv.Itoa(month), m[1])
		}
	}
	for _, m := range monthDay().FindAllStringSubmatch(s, 4) {
		if month := monthNamed(m[1]); month > 0 {
			return dateOf(m[0], m[3], strconv.Itoa(month), m[2])
		}
	}
	return Date{}, false
}

func number2(s string) int {
	n, _ := strconv.Atoi(s) // two digits at most
	return n
}

// dateOf checks that the day exists.
func dateOf(printed, year, month, day string) (Date, bool) {
	y := number2(year)
	if len(year) == 2 {
		y += 1900
		if y < 1970 {
			y += 100
		}
	}
	iso := fmt.Sprintf("%04d-%02d-%02d", y, number2(month), number2(day))
	if _, err := time.Parse(time.DateOnly, iso); err != nil {
		return Date{}, false
	}
	return Date{strings.TrimSpace(printed), iso}, true
}

// american is the end of an address in the United States: "Portland, OR 97214".
var american = lazyregexp.New(`, (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]),? \d{5}\b`)

// DayOrderOf learns the order from the unambiguous dates of a document, or else from an
// address of the United States, where the month comes first.
func DayOrderOf(text string) DayOrder {
	days, others := 0, 0
	for _, m := range numericDate().FindAllStringSubmatch(text, 200) {
		switch first, second := number2(m[1]), number2(m[3]); {
		case first > 12 && second <= 12:
			days++
		case second > 12 && first <= 12:
			others++
		}
	}
	switch {
	case days > 0 && others == 0:
		return DayFirst
	case others > 0 && days == 0:
		return MonthFirst
	case days == 0 && american().MatchString(text):
		return MonthFirst
	}
	return UnknownOrder
}
