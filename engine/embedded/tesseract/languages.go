package tesseract

import (
	"regexp"
	"slices"
	"strings"

	"ocr-gateway/engine/embedded/script"
)

// scriptOf lists Tesseract's languages by script, the usual one first. Of Latin only Vietnamese is listed:
// the built-in model reads the others.
var scriptOf = []struct{ script, languages string }{
	{"Cyrillic", "rus ukr bel bul srp mkd kaz kir mon tgk uzb_cyrl aze_cyrl tat"},
	{"Greek", "ell grc"},
	{"Arabic", "ara fas urd pus snd uig kur_ara"},
	{"Hebrew", "heb yid"},
	{"Thai", "tha"},
	{"Devanagari", "hin mar nep san"},
	{"Hangul", "kor"},
	{"Georgian", "kat"},
	{"Armenian", "hye"},
	{"Bengali", "ben asm"},
	{"Tamil", "tam"},
	{"Telugu", "tel"},
	{"Kannada", "kan"},
	{"Malayalam", "mal"},
	{"Gujarati", "guj"},
	{"Gurmukhi", "pan"},
	{"Oriya", "ori"},
	{"Sinhala", "sin"},
	{"Khmer", "khm"},
	{"Lao", "lao"},
	{"Myanmar", "mya"},
	{"Tibetan", "bod dzo"},
	{"Ethiopic", "amh tir"},
	{"Syriac", "syr"},
	{"Thaana", "div"},
	{"Cherokee", "chr"},
	{script.Viet, "vie"},
}

// Package returns the Debian package that adds a script; empty for one that has none.
func Package(name string) string {
	for _, s := range scriptOf {
		if s.script == name {
			first, _, _ := strings.Cut(s.languages, " ")
			return "tesseract-ocr-" + strings.ReplaceAll(first, "_", "-")
		}
	}
	return ""
}

var languageName = regexp.MustCompile(`^[a-z]{3}(_[a-z]+)?$`)

// byScript groups installed languages by script.
func byScript(installed []string) map[string][]string {
	found := map[string][]string{}
	for _, s := range scriptOf {
		for language := range strings.FieldsSeq(s.languages) {
			if languageName.MatchString(language) && slices.Contains(installed, language) {
				found[s.script] = append(found[s.script], language)
			}
		}
	}
	return found
}
