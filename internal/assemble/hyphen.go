package assemble

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

// JoinHyphens joins words that were split between two blocks of text, over as many blocks as the text
// continues. Figures, tables, formulas and captions may stand between; a title or a block that was not read
// completely ends the text.
func JoinHyphens(regions []document.Region) {
	inFlow := Flow(regions)
	for i := 0; i < len(inFlow); {
		head, text := inFlow[i], []string{strings.TrimSpace(inFlow[i].Content)}
		i++
		for running(head) && hyphenated(text[len(text)-1]) {
			next := i
			for next < len(inFlow) && aside(inFlow[next]) {
				next++
			}
			if next == len(inFlow) || !running(inFlow[next]) || inFlow[next].Type != head.Type {
				break
			}
			rest := strings.TrimSpace(inFlow[next].Content)
			stem, ok := joinable(text[len(text)-1], rest)
			if !ok {
				break
			}
			text[len(text)-1] = stem
			text = append(text, rest)
			if head.Source == document.SourcePDF {
				head.Source = inFlow[next].Source
			}
			Move(inFlow[next], head)
			i = next + 1
		}
		if len(text) > 1 {
			head.Content = strings.Join(text, "")
		}
	}
}

// running reports whether r is a block of running text that was read completely.
func running(r *document.Region) bool {
	switch r.Type {
	case document.RegionText, document.RegionList, document.RegionReference:
		return r.Status == document.StatusOK && r.Format == document.FormatText && r.Label != formulaNumber
	}
	return false
}

// aside reports whether text may continue after r.
func aside(r *document.Region) bool {
	switch r.Type {
	case document.RegionImage, document.RegionTable, document.RegionFormula, document.RegionCaption, document.RegionCode:
		return true
	}
	return r.Label == formulaNumber
}

// hyphens end a line inside a word: the ASCII hyphen, the soft one and U+2010.
var hyphens = []string{"-", "\u00ad", "\u2010"}

func hyphenated(s string) bool {
	_, ok := cutHyphen(s)
	return ok
}

func cutHyphen(s string) (string, bool) {
	for _, h := range hyphens {
		if stem, ok := strings.CutSuffix(s, h); ok {
			return stem, true
		}
	}
	return s, false
}

// Length of a word that was split, in letters (the reference's figures).
const shortestSplit, longestSplit = 3, 31

// suspended are words after a hyphen that stands for the end of a compound, as in "pre- and postwar" or "Vor-
// und Nachteile".
var suspended = map[string]bool{
	"and": true, "or": true, "to": true, "und": true, "oder": true, "bzw": true, "sowie": true, "et": true, "ou": true,
}

// joinable reports whether b continues the word that ends a, and returns a as it is joined with b: without
// its hyphen, unless that belongs to the word.
func joinable(a, b string) (string, bool) {
	stem, ok := cutHyphen(a)
	first, _ := utf8.DecodeRuneInString(b)
	if !ok || !unicode.IsLower(first) {
		return a, false
	}
	left := stem[strings.LastIndexFunc(stem, unicode.IsSpace)+1:]
	left = strings.TrimLeftFunc(left, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	right := b[:len(b)-len(strings.TrimLeftFunc(b, inWord))]
	letters := utf8.RuneCountInString(left) + utf8.RuneCountInString(right)
	last, _ := utf8.DecodeLastRuneInString(left)
	switch {
	case left == "", !isWordRune(last), letters < shortestSplit, letters > longestSplit, suspended[right]:
		return a, false
	case keepsHyphen(left):
		return a, true
	}
	return stem, true
}

func inWord(r rune) bool { return unicode.IsLetter(r) || r == '\'' || r == '’' }

// keepsHyphen is true for words that are not split at syllables: X-ray, URL-based, 3-fold, state-of-the-art.
func keepsHyphen(left string) bool {
	return utf8.RuneCountInString(left) == 1 || left == strings.ToUpper(left) || strings.ContainsFunc(left, func(r rune) bool {
		return !inWord(r)
	})
}
