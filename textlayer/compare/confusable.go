package compare

import (
	"slices"
	"strings"
	"unicode"
)

// lookalikes are groups of characters that a reader may take for each other. One seen in place of another
// counts neither for nor against it, and such characters need more readings to be verified. Lookalikes of two
// scripts are no problem to a reader that knows both; see crossScript.
var lookalikes = strings.Fields(`
	0OoDQ°º 1lI|!iíìj7ıĺ 2Zz 5Ss$ 8B& 6bG 9gq 4A 3Ee3 ce oae uvy nhr ft rn CGcO EF PR UV VYv MN
	.,·• ;:,. '"` + "`" + ` -_~ ([{ )]} *× xX× /| \| oO0 ßBβ μuµ νv ρp κk τt ωw Δ∆ Ω∑Σ
	ー－-— 二ニ 三ミ 力カ 口ロ 工エ 夕タ 卜ト へヘ りリ べベ 。． 、，
	己已巳 未末 日曰 土士 人入八 千干于 大太犬 王玉 ッツっつ ャヤやゃ ュユゆゅ ョヨよょ ァアぁあ
	шщцЩШЦ ьъывЬЪЫ гтГТ плниПЛНИ зэєЗЭЄ3 жхк ДЛдл ґг іїІЇ чу4 б6 ОФЮ
	αοσδ ειξζς ηπ λΛΑΔ θΘΟ0 χκ ςζ φρ ΞΣΕ
	ვკპგ თიო ბზმ ცძ უჟშ ყჩრ სხ დლღ ტნ ქჯჰ
	աոռսւն գզղդց հիխի եէ բըր ծձճ շչ կվպ մյ`)

var crossScript = strings.Fields(`
	АA ВB ЕE КK МM НH ОO0 РP СC ТT УY ХX ІI ЈJ ЅS аa еe оo0 рp сc уy хx іi јj ѕs ԁd һh ԛq ԝw ӏl
	ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX οo0 νv`)

// DrawnAlike reports whether a letter looks like one of another script, so that only the letters beside it
// tell what it is.
func DrawnAlike(r rune) bool { return drawnAlike[r] }

var drawnAlike = func() map[rune]bool {
	of := map[rune]bool{}
	for _, group := range crossScript {
		for _, r := range group {
			of[r] = unicode.IsLetter(r)
		}
	}
	return of
}()

var groups = groupsOf(append(slices.Clone(lookalikes), crossScript...))

var ownGroups = groupsOf(lookalikes)

func groupsOf(words []string) map[rune][]int {
	of := map[rune][]int{}
	for i, group := range words {
		for _, r := range group {
			of[r] = append(of[r], i)
		}
	}
	return of
}

// confusable reports whether a reader may see one text for the other.
func confusable(a, b []rune) bool {
	if len(a) != len(b) {
		return true
	}
	for i := range a {
		if a[i] != b[i] && !alikeRunes(a[i], b[i]) {
			return false
		}
	}
	return true
}

// alikeRunes reports whether two characters are of one group, differ only in case or in a mark, or are Hangul
// syllables that differ in one letter.
func alikeRunes(a, b rune) bool {
	a, b = bare(a), bare(b)
	if isSyllable(a) && isSyllable(b) {
		return apart(a, b) == 1
	}
	if a == b || unicode.ToLower(a) == unicode.ToLower(b) {
		return true
	}
	for _, i := range groups[a] {
		if slices.Contains(groups[b], i) {
			return true
		}
	}
	return false
}

// A Hangul syllable is a first letter, a vowel, and a last letter or none (Unicode 3.12).
const (
	firstSyllable, lastSyllable = '가', '힣'
	vowels, lasts               = 21, 28
)

func isSyllable(r rune) bool { return r >= firstSyllable && r <= lastSyllable }

// apart is the number of letters in which two syllables differ.
func apart(a, b rune) (count int) {
	a, b = a-firstSyllable, b-firstSyllable
	for _, differ := range []bool{a/(vowels*lasts) != b/(vowels*lasts), a/lasts%vowels != b/lasts%vowels, a%lasts != b%lasts} {
		if differ {
			count++
		}
	}
	return count
}

// bare returns a letter without its marks, and not raised or lowered.
func bare(r rune) rune {
	if b, ok := unmarked[r]; ok {
		return b
	}
	return r
}

// unmarked maps letters to those without marks: each word begins with the plain one.
var unmarked = func() map[rune]rune {
	plain := map[rune]rune{}
	for word := range strings.FieldsSeq(`
		aàáâãäåāăąªǎạả AÀÁÂÃÄÅĀĂĄǍẠẢ cçćĉċč CÇĆĈĊČ dďđ DĎĐÐ eèéêëēĕėęěẹẻ EÈÉÊËĒĔĖĘĚẸẺ gĝğġģ GĜĞĠĢ hĥħ HĤĦ
		iìíîïĩīĭįıǐịỉ IÌÍÎÏĨĪĬĮİǏỊỈ jĵ JĴ kķ KĶ lĺļľŀł LĹĻĽĿŁ nñńņňŉŋ NÑŃŅŇŊ oòóôõöøōŏőơǒọỏº OÒÓÔÕÖØŌŎŐƠǑỌỎ
		rŕŗř RŔŖŘ sśŝşšș SŚŜŞŠȘ tţťŧț TŢŤŦȚ uùúûüũūŭůűųưǔụủ UÙÚÛÜŨŪŬŮŰŲƯǓỤỦ wŵ WŴ yýÿŷ YÝŸŶ zźżž ZŹŻŽ
		0⁰₀ 1¹₁ 2²₂ 3³₃ 4⁴₄ 5⁵₅ 6⁶₆ 7⁷₇ 8⁸₈ 9⁹₉ иѝй ИЍЙ еѐё ЕЀЁ αά ΑΆ εέ ΕΈ ηή ΗΉ ιίϊΐ ΙΊΪ οό ΟΌ υύϋΰ ΥΎΫ ωώ ΩΏ
		はばぱ ひびぴ ふぶぷ へべぺ ほぼぽ かが きぎ くぐ けげ こご さざ しじ すず せぜ そぞ ただ ちぢ つづ てで とど
		ハバパ ヒビピ フブプ ヘベペ ホボポ カガ キギ クグ ケゲ コゴ サザ シジ スズ セゼ ソゾ タダ チヂ ツヅ テデ トド ウヴ`) {
		var base rune
		for i, r := range word {
			if i == 0 {
				base = r
				continue
			}
			plain[r] = base
		}
	}
	return plain
}()

// sameInCapitals are letters that differ only in height between the cases.
const sameInCapitals = "cosuvwxzpk"

// EasilyMistaken reports whether a reader takes a text for another now and then. That includes all letters of
// scripts that few readers know.
func EasilyMistaken(text string) bool {
	for _, r := range plain(text) {
		b := bare(r)
		if unicode.In(r, unicode.Hangul, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Georgian) || len(ownGroups[r]) > 0 || b != r || strings.ContainsRune(sameInCapitals, unicode.ToLower(b)) {
			return true
		}
	}
	return false
}
