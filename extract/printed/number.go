package printed

import (
	"encoding/json"
	"slices"
	"strings"

	"ocr-gateway/internal/lazyregexp"
)

// DecimalMark is what a document writes before decimals. It resolves numbers that are
// ambiguous on their own.
type DecimalMark int

// The decimal marks.
const (
	UnknownMark DecimalMark = iota
	DecimalPoint
	DecimalComma
)

var (
	pointCents = lazyregexp.New(`\d\.\d{2}(\D|$)`)
	commaCents = lazyregexp.New(`\d,\d{2}(\D|$)`)
	dotDate    = lazyregexp.New(`\d{1,2}\.\d{1,2}\.(\d{4}|\d{2})`)
)

// DecimalMarkOf counts amounts with two decimals, leaving dates out.
func DecimalMarkOf(text string) DecimalMark {
	text = dotDate().ReplaceAllString(text, " ")
	points, commas := len(pointCents().FindAllString(text, -1)), len(commaCents().FindAllString(text, -1))
	switch {
	case points > commas:
		return DecimalPoint
	case commas > points:
		return DecimalComma
	}
	return UnknownMark
}

// amount is a number with at most a currency before or after it, a sign and a
// percent sign.
var amount = lazyregexp.New(`^([-−–(]?)\s*(?:[\p{Sc}]|[A-Z][A-Za-z]{0,2}[.$]?)?\s*([-−–]?)\s*(\d(?:[\d.,'’` + "`" + ` \x{a0}\x{202f}]*\d)?)\s*(?:,-|%|[\p{Sc}]|[A-Z]{3}|[Kk]č|kr\.?|zł)?\s*([-−–)]?)$`)

// ParseNumber reads a number as people print it: "1,234.50", "1.234,50",
// "1 234,50", "1'234.50", "12,34,567.50", "€ 717,97", "(3.10)", "21 %". Of two kinds of marks the
// last is the decimal one. A single comma or period is a decimal mark, except
// before exactly three digits: there a comma groups, and a period does too in a
// document with decimal commas. A text with other letters or with groups
// of the wrong size is not a number.
func ParseNumber(s string, m DecimalMark) (json.Number, bool) {
	parts := amount().FindStringSubmatch(strings.TrimSpace(s))
	if parts == nil {
		return "", false
	}
	digits, ok := plainDigits(parts[3], m)
	if !ok {
		return "", false
	}
	if (parts[1] == "(") != (parts[4] == ")") {
		return "", false
	}
	signs := 0
	for _, sign := range []string{parts[1], parts[2], parts[4]} {
		if sign != "" && sign != ")" {
			signs++
		}
	}
	if signs > 1 {
		return "", false
	}
	if signs == 1 && strings.Trim(digits, "0.") != "" {
		digits = "-" + digits
	}
	return json.Number(digits), true
}

// plainDigits returns a number without grouping and with a decimal point.
func plainDigits(s string, m DecimalMark) (string, bool) {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '’', '`', '\'', ' ', '\u00a0', '\u202f':
			return '\''
		}
		return r
	}, s)
	decimal := decimalMark(s, m)
	whole, fraction := s, ""
	if decimal >= 0 {
		whole, fraction = s[:decimal], s[decimal+1:]
		if fraction == "" || strings.ContainsAny(fraction, ".,'") {
			return "", false
		}
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == '.' || r == ',' || r == '\'' })
	if len(groups) == 0 || strings.Count(whole, ".")+strings.Count(whole, ",")+strings.Count(whole, "'") != len(groups)-1 {
		return "", false
	}
	indian := strings.Contains(whole, ",") && isIndian(groups)
	for i, g := range groups {
		if !indian && len(groups) > 1 && (i == 0 && len(g) > 3 || i > 0 && len(g) != 3) {
			return "", false
		}
		if i > 0 && whole[len(whole)-len(strings.Join(groups[i:], "."))-1] != whole[len(groups[0])] {
			return "", false // 1.234,567: two marks for groups
		}
	}
	digits := strings.TrimLeft(strings.Join(groups, ""), "0")
	if digits == "" {
		digits = "0"
	}
	if fraction != "" {
		digits += "." + fraction
	}
	return digits, true
}

// isIndian reports whether digits are grouped by lakhs and crores: "12,34,56,789".
func isIndian(groups []string) bool {
	last := len(groups) - 1
	if last < 2 || len(groups[last]) != 3 || len(groups[0]) > 2 {
		return false
	}
	return !slices.ContainsFunc(groups[1:last], func(g string) bool { return len(g) != 2 })
}

// decimalMark returns the index of the decimal mark in a number, -1 when it has none.
func decimalMark(s string, m DecimalMark) int {
	point, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	last := max(point, comma)
	switch {
	case last < 0:
		return -1
	case point >= 0 && comma >= 0:
		return last
	case strings.Count(s, s[last:last+1]) > 1:
		return -1
	case len(s)-last-1 != 3 || strings.HasPrefix(s, "0"):
		return last
	case s[last] == ',':
		return -1
	case m == DecimalComma:
		return -1
	}
	return last
}

var printedNumber = lazyregexp.New(`\d[\d.,'’` + "`" + `]*(?: \d{3}(?:[.,]\d+)?\b)*`)

// Numbers returns the numbers that stand anywhere in a text.
func Numbers(text string, mark DecimalMark) []json.Number {
	var found []json.Number
	for _, printed := range printedNumber().FindAllString(text, -1) {
		if n, ok := ParseNumber(strings.TrimRight(printed, ".,'’`"), mark); ok {
			found = append(found, n)
		}
	}
	return found
}
