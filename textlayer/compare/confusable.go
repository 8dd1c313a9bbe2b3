package compare

import (
	"slices"
	"strings"
	"unicode"
)

// lookalikes are characters that a reader takes for each other, in groups. One seen in place of
// another speaks neither for nor against it, and takes more readings to verify. Those of two
// scripts are no question to a reader that knows both.
var lookalikes = strings.Fields(`
	0OoDQ°º 1lI|!iíìj7ıĺ 2Zz 5Ss$ 8B& 6bG 9gq 4A 3Ee3 ce oae uvy nhr ft rn CGcO EF PR UV VYv MN
	.,·• ;:,. '"` + "`" + ` -_~ ([{ )]} *× xX× /| \| oO0 ßBβ μuµ νv ρp κk τt ωw Δ∆ Ω∑Σ
	ー－-— 二ニ 三ミ 力カ 口ロ 工エ 夕タ 卜ト へヘ りリ べベ 。． 、，
	己已巳 未末 日曰 土士 人入八 千干于 大太犬 王玉 ッツっつ ャヤやゃ ュユゆゅ ョヨよょ ァアぁあ`)

var crossScript = strings.Fields(`
	АA ВB ЕE КK МM НH ОO0 РP СC ТT ХX аa еe оo0 рp сc уy хx ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX`)

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

// confusable reports whether a reader may well see one text for the other.
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

// alikeRunes holds for characters of one group, for letters in capitals and not, and with and
// without a mark.
func alikeRunes(a, b rune) bool {
	a, b = bare(a), bare(b)
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

// bare is a letter without its marks, and without what raises it.
func bare(r rune) rune {
	if b, ok := unmarked[r]; ok {
		return b
	}
	return r
}

// unmarked are letters without their marks: each word begins with the plain one.
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

// sameInCapitals are the letters that look alike in both cases but for their height.
const sameInCapitals = "cosuvwxzpk"

// EasilyMistaken reports whether a reader takes a text for another now and then.
func EasilyMistaken(text string) bool {
	for _, r := range plain(text) {
		b := bare(r)
		if len(ownGroups[r]) > 0 || b != r || strings.ContainsRune(sameInCapitals, unicode.ToLower(b)) {
			return true
		}
	}
	return false
}
