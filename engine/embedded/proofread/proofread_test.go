package proofread

import (
	"strings"
	"testing"

	"ocr-gateway/document"
)

// wordsOf lays the words of s beside each other on a line.
func wordsOf(s string, line document.BBox) []document.Word {
	var words []document.Word
	fields := strings.Fields(s)
	width := (line[2] - line[0]) / max(len(fields), 1)
	for i, f := range fields {
		x := line[0] + i*width
		words = append(words, document.Word{Text: f, BBox: document.BBox{x, line[1], x + width - 2, line[3]}})
	}
	return words
}

func TestProofread(t *testing.T) {
	latin := By{func(r rune) bool {
		return strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-()äöü中文", r)
	}}
	for name, tc := range map[string]struct {
		seen       string
		confidence float64 // 0: nothing was read
		claim      string
		want       string
	}{
		"no words":                   {"Hello worId", .8, "", "Hello worId"},
		"small error":                {"Hello worId", .95, "Hello world", "Hello world"},
		"missing space":              {"Helloworld", .95, "Hello world", "Hello world"},
		"loose accent":               {"Oguz and others", .9, "O˘guz and others", "Oguz and others"},
		"ligature":                   {"difficult", .99, "diﬃcult", "difficult"},
		"soft hyphen at the end":     {"recog-", .99, "recog\u00ad", "recog-"},
		"soft hyphen inside":         {"recognltion", .99, "recog\u00adnition", "recognition"},
		"garbled map":                {"Hello world", .95, "Khoor zruog", "Hello world"},
		"forged amount":              {"Total 900.00 EUR", .95, "Total 100.00 EUR", "Total 900.00 EUR"},
		"unsure digits":              {"Total 9OO.00 EUR", .7, "Total 900.00 EUR", "Total 900.00 EUR"},
		"a raised figure overlooked": {"the global market. With 4.9", .97, "the global market.⁶ With 4.9", "the global market.⁶ With 4.9"},
		"one taken for a mark":       {"the global market.º With 4.9", .97, "the global market.⁶ With 4.9", "the global market.⁶ With 4.9"},
		"a mark is no other figure":  {"the 8 rooms' doors", .97, "the 9 rooms² doors", "the 8 rooms' doors"},
		"fractions":                  {"10½2 inches by 81/4 in, 24 or 1/2 a mile", .99, "10½ inches by 8¼ in, 2¾ or ½ a mile", "10½ inches by 8¼ in, 2¾ or ½ a mile"},
		"fractions of other numbers": {"10½ inches by 9½ inches", .99, "10½ inches by 8½ inches", "10½ inches by 9½ inches"},
		"too little to tell":         {"ab", .95, "ac", "ab"},
		"unknown script, unread":     {"", 0, "재해보험금 지급문제", "재해보험금 지급문제"},
		"unknown script, misread":    {"中文", .6, "지급문제 및", "지급문제 및"},
		"unknown script, surely not": {"Hello world", .97, "재해보험금 지급", "Hello world"},
		"parts of an unknown script": {"2020.3.30. 0 (", .91, "2020.3.30. 0시 기준 현재 (", "2020.3.30. 0시 기준 현재 ("},
		"scripts mixed at random":    {"", 0, "재ФقไढΩ", ""},
		"private use":                {"", 0, "\ue001\ue002\ue003", ""},
		"known script, unread":       {"", 0, "Hidden text", ""},
		"letters set one by one":     {"Opening balance", .98, "O p e n i n g b a l a n c e", "Opening balance"},
		"words in another script":    {"Ship to: Aa, Moscow 495", .95, "Ship to: Анна, Moscow 495", "Ship to: Анна, Moscow 495"},
		"other digits in a script":   {"Ship to: Aa, Moscow 495", .95, "Ship to: Анна, Moscow 496", "Ship to: Aa, Moscow 495"},
		"Greek, some of it known":    {"ε α εττι η εσα", .87, "Κάθε μέρα μετρώνται η θερμοκρασία", "Κάθε μέρα μετρώνται η θερμοκρασία"},
		"look-alikes of Cyrillic":    {"Send it to paypal for all invoices", .97, "Send it to p\u0430yp\u0430l for all invoices", "Send it to paypal for all invoices"},
		"mixed beyond look-alikes":   {"Send the invoices to word today", .97, "Send the invoices to word\u0449 today", "Send the invoices to word today"},
		"look-alikes in Cyrillic":    {"", 0, "Cтанция на склоне холма", "Станция на склоне холма"},
		"from the right":             {"", 0, "הנמל ליד הגבעה", "הגבעה ליד הנמל"},
		"digits from the right":      {"", 0, "7:00 בשעה והלחץ", "והלחץ בשעה 7:00"},
		"a name within, from left":   {"", 0, "היום Blue Star באה האנייה", "האנייה באה Blue Star היום"},
		"a character is missing":     {"aua", .56, "สถานีตรวจอากาศตั\ufffdงอยู่", "สถานีตรวจอากาศตังอยู่"},
		"missing from what is known": {"the office hours", .95, "the o\ufffdice hours", "the office hours"},
	} {
		t.Run(name, func(t *testing.T) {
			box := document.BBox{10, 10, 410, 30}
			line := document.Line{Text: tc.seen, BBox: box}
			if tc.confidence > 0 {
				line.Confidence = &tc.confidence
			}
			lines := []document.Line{line, {Text: "elsewhere", BBox: document.BBox{10, 40, 410, 60}}}
			latin.Lines(lines, wordsOf(tc.claim, box))
			if lines[0].Text != tc.want || lines[1].Text != "elsewhere" {
				t.Errorf("%q proofread against %q gives %q, want %q; next line %q", tc.seen, tc.claim, lines[0].Text, tc.want, lines[1].Text)
			}
		})
	}
}

func TestLikeness(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want float64
	}{{"", "", 1}, {"abc", "", 0}, {"abc", "abc", 1}, {"abcd", "abce", .75}, {"kitten", "sitting", 1 - 3./7}, {"ab", "ba", 0}, {"abcd", "ab", .5}} {
		if got := likeness([]rune(tc.a), []rune(tc.b)); got != tc.want {
			t.Errorf("likeness of %q and %q = %v, want %v", tc.a, tc.b, got, tc.want)
		}
	}
}

func TestWordsThatLackPartOfALineAreNotTaken(t *testing.T) {
	confidence := .7
	box := document.BBox{10, 10, 410, 30}
	lines := []document.Line{{Text: "harbour master may cancel the crossin", BBox: box, Confidence: &confidence}}
	words := wordsOf("harbour master may cancel the crossing", box)
	if got := Claims(lines, words[:3])[0]; got != "" {
		t.Errorf("half of the words claim %q", got)
	}
	if got := Claims(lines, words)[0]; got != "harbour master may cancel the crossing" {
		t.Errorf("all words claim %q", got)
	}
}
