package printed

import (
	"strings"
	"unicode"

	"ocr-gateway/internal/lazyregexp"
)

var (
	// The lines of addresses that have a postcode and a town, in the orders of most of Europe, of
	// the United States, and of Great Britain.
	zipCity = lazyregexp.New(`^(?:[A-Z]{1,3}[- ])?(\d{4} ?[A-Z]{2}|\d{4,5})[ ,]+(\p{Lu}[\p{L}'’.\- ]+?)(?: [A-Z]{2})?(?:,.*)?$`)
	cityZip = lazyregexp.New(`^(\p{Lu}[\p{L}'’.\- ]+?),? (?:[A-Z]{2} )(\d{5}(?:-\d{4})?)(?:,.*)?$`)
	ukZip   = lazyregexp.New(`^(?:(\p{Lu}[\p{L}'’.\- ]+?),? )?([A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})$`)

	postcode  = lazyregexp.New(`\b\d{4,5}\b`)
	placeWord = lazyregexp.New(`(?i)\b(?:street|st|road|rd|lane|ln|ave(?:nue)?|blvd|boulevard|drive|dr|way|court|square|sq|jalan|jln|jl|lorong|taman|tmn|lot|bandar|kawasan|seksyen|kampung|kg|persiaran|rue|place|allée|via|viale|piazza|corso|calle|avda|plaza|paseo|str|platz|gasse|weg|allee|ufer|laan|plein|kade|blk|block|unit|floor|level|shop|suite|mall|p\.?o\.? box)\b|\bc/|stra(?:ß|ss)e\b|straat\b|plein\b|weg\b|allee\b|platz\b|gasse\b`)
)

// FindTown returns the postcode and the town of a line of an address that has both; in Great
// Britain the town may be missing.
func FindTown(line string) (zip, town string, ok bool) {
	if m := zipCity().FindStringSubmatch(line); m != nil {
		return m[1], m[2], true
	}
	if m := cityZip().FindStringSubmatch(line); m != nil {
		return m[2], m[1], true
	}
	if m := ukZip().FindStringSubmatch(line); m != nil {
		return m[2], m[1], true
	}
	return "", "", false
}

// IsTown reports whether a line of an address has a postcode and a town.
func IsTown(line string) bool {
	_, _, ok := FindTown(line)
	return ok
}

// FindPostcode returns the first number in a text that can be a postcode, "" without one.
func FindPostcode(text string) string { return postcode().FindString(text) }

// IsAddress reports whether a line is part of an address: it has a postcode and a town, or a number
// at its beginning or beside a word for a place, a comma or a postcode.
func IsAddress(line string) bool {
	if IsTown(line) {
		return true
	}
	return strings.ContainsAny(line, "0123456789") &&
		(placeWord().MatchString(line) || strings.Contains(line, ",") || FindPostcode(line) != "" || unicode.IsDigit(rune(line[0])))
}
