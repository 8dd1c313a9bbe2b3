// Package proofread corrects a recognizer's readings by the words that a PDF says are there, where the
// picture confirms them.
package proofread

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	unicodenorm "golang.org/x/text/unicode/norm"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/raised"
	"ocr-gateway/engine/embedded/script"
)

// The PDF's words correct the reader only where the picture confirms them.
const (
	// agreement is the likeness, 1 being equal, from which two readings of a line are the same text with
	// small errors.
	agreement = 0.8
	// AgreeMin is how many characters must agree to count as evidence.
	AgreeMin = 3
	// SurelyRead is the confidence from which the reader is right about digits, and letters that it does not
	// know cannot be on the page.
	SurelyRead = 0.9
	// readInScript is the confidence from which the reading of a recognizer of the line's script stands
	// against what the PDF says.
	readInScript = 0.75
)

// By corrects the readings of a recognizer that knows certain characters.
type By struct{ Knows func(rune) bool }

// Lines corrects lines, in place, by what the PDF says is drawn there. A PDF's text can be wrong or a lie
// (fonts with a broken or forged character map), so it is believed line by line: where it agrees with what
// the reader saw, and where the line is in a script that the reader does not know, so that it saw nothing.
// Confidence stays the reader's; it is nil where the reader contributed nothing.
func (p By) Lines(lines []document.Line, words []document.Word) {
	if len(words) == 0 {
		return
	}
	for i, claim := range Claims(lines, words) {
		l := &lines[i]
		if clean, mixed := script.OneInEachWord(claim); !mixed || seenMixed(l.Text, claim) {
			claim = clean
		} else {
			continue
		}
		switch {
		case claim == "" || claim == l.Text || looseAccents(claim) || letterSpaced(claim):
		case lone(claim) && (l.Confidence == nil || *l.Confidence < SurelyRead || claim == "$" && l.Text == "S"):
			l.Text, l.Confidence = claim, nil
		case !strings.ContainsRune(claim, utf8.RuneError) && p.Confirmed(*l, claim):
			l.Text = claim
		case p.foreign(*l, claim):
			// A character unknown to the PDF is mostly a mark above a letter.
			l.Text, l.Confidence = strings.ReplaceAll(claim, string(utf8.RuneError), ""), nil
		}
	}
}

// seenMixed reports whether all letters of a claim in scripts other than Latin were seen, as in units and
// formulas.
func seenMixed(seen, claim string) bool {
	seen = unicodenorm.NFKC.String(seen)
	return !strings.ContainsFunc(unicodenorm.NFKC.String(claim), func(r rune) bool {
		name := script.Of(r)
		return name != "" && name != script.Latin && !strings.ContainsRune(seen, r)
	})
}

// looseAccents reports whether accents are separate from their letters, as TeX sets them: "˘g" for "ğ". The
// reader sees the letter.
func looseAccents(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII && unicode.Is(unicode.Sk, r) })
}

// letterSpaced reports whether the PDF spaces its letters, so that its words cannot be told: "O p e n i n g".
func letterSpaced(s string) bool {
	words, single := 0, 0
	for word := range strings.FieldsSeq(s) {
		words++
		if r, size := utf8.DecodeRuneInString(word); size == len(word) && unicode.IsLetter(r) && !prose.IsCJK(r) {
			single++
		}
	}
	return single > 3 && 2*single > words
}

// lone reports whether a claim is a single bracket or dollar sign, which the reader, trained on words, mostly
// takes for nothing, a 1 or an S.
func lone(claim string) bool { return len(claim) == 1 && strings.ContainsAny(claim, "{}[]()$") }

// Claims returns for each line its words, in reading order, and an empty string if words are missing.
func Claims(lines []document.Line, words []document.Word) []string {
	in := make([][]document.Word, len(lines))
	for _, w := range words {
		if i := LineOf(lines, w.BBox); i >= 0 {
			in[i] = append(in[i], w)
		}
	}
	texts := make([]string, len(lines))
	for i, ws := range in {
		slices.SortStableFunc(ws, func(a, b document.Word) int { return a.BBox[0] - b.BBox[0] })
		if holes(lines[i], ws) {
			continue
		}
		inReadingOrder(ws)
		parts := make([]string, len(ws))
		for j, w := range ws {
			parts[j] = w.Text
		}
		texts[i] = strings.TrimSpace(prose.ShortLeaders(PlainLetters(strings.Join(parts, " "))))
	}
	return texts
}

// holes reports whether words, in order from the left, leave parts of a line empty in which the reader saw
// more.
func holes(l document.Line, words []document.Word) bool {
	if len(words) == 0 {
		return false
	}
	said, end, white := 0, l.BBox[0], 0
	for _, w := range words {
		said += len(plainRunes(w.Text))
		white = max(white, w.BBox[0]-end)
		end = max(end, w.BBox[2])
	}
	white = max(white, l.BBox[2]-end)
	wide := 3 * (l.BBox[3] - l.BBox[1]) / 2 // 1.5 heights: three letters, or a wide gap
	return white > wide && len(plainRunes(l.Text)) >= said+3
}

// inReadingOrder puts the words of a line, given from the left, in reading order: from the right if most
// letters are of a script that runs to the left, except runs to the right within it (Unicode's bidirectional
// algorithm, much simplified).
func inReadingOrder(words []document.Word) {
	left, right := 0, 0
	for _, w := range words {
		l, r := letterDirections(w.Text)
		left, right = left+l, right+r
	}
	if left <= right {
		return
	}
	slices.Reverse(words)
	for i := 0; i < len(words); i++ {
		j, last := i, i-1
		for ; j < len(words); j++ {
			toLeft, toRight := letterDirections(words[j].Text)
			if toLeft > 0 || toRight == 0 && j == i {
				break
			}
			if toRight > 0 {
				last = j
			}
		}
		if last > i {
			slices.Reverse(words[i : last+1])
			i = last
		}
	}
}

// letterDirections counts the letters that run to the left and to the right.
func letterDirections(s string) (left, right int) {
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) && unicode.IsLetter(r):
			left++
		case unicode.IsLetter(r):
			right++
		}
	}
	return left, right
}

// PlainLetters writes ligatures as letters, and removes soft hyphens except one at the end of a line, which
// is printed.
func PlainLetters(text string) string {
	if inside, broken := strings.CutSuffix(text, softHyphen); broken {
		return openLigatures.Replace(inside) + "-"
	}
	return openLigatures.Replace(text)
}

const softHyphen = "\u00ad"

var openLigatures = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st", softHyphen, "")

// LineOf returns, among the lines that contain the center of a word, the one whose middle is nearest to the
// word's; -1 if there is none.
func LineOf(lines []document.Line, word document.BBox) int {
	x, y := (word[0]+word[2])/2, (word[1]+word[3])/2
	best, nearest := -1, 0
	for i, l := range lines {
		b := l.BBox
		if x < b[0] || x >= b[2] || y < b[1] || y >= b[3] {
			continue
		}
		if distance := abs((b[1]+b[3])/2 - y); best < 0 || distance < nearest {
			best, nearest = i, distance
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

// Confirmed reports whether the reader saw the claim, up to small errors. Digits that it was sure of are not
// overruled.
func (p By) Confirmed(l document.Line, claim string) bool {
	seen, said := plainRunes(l.Text), p.readable(plainRunes(claim))
	if bare := raised.Without(claim); bare != claim {
		if small := withoutSmall(bare); slices.Equal(seen, p.readable(plainRunes(bare))) || len(small) >= AgreeMin && slices.Equal(withoutSmall(l.Text), small) {
			return true // the reader overlooked something small, or saw a mark in it
		}
	}
	if len(seen) < AgreeMin {
		return false
	}
	if seenButFractions(seen, claim) {
		return true
	}
	alike := 0.0
	if l.Script != "" { // whoever read it knows the script
		said = plainRunes(claim)
		alike = likeness(seen, said)
	} else if wild, known := unreadable(claim); wild != nil && known >= AgreeMin {
		alike = looseLikeness(seen, plainRunes(claim), wild)
	} else {
		alike = likeness(seen, said)
	}
	if alike < agreement {
		return false
	}
	return l.Confidence == nil || *l.Confidence < SurelyRead || slices.Equal(digits(seen), digits(said))
}

// withoutSmall returns a text, in the form in which readings are compared, without the small marks that
// raised figures are taken for.
func withoutSmall(s string) []rune {
	return slices.DeleteFunc([]rune(s), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("'\"’”‘“`´*°ºª", r) })
}

// unreadable marks the runes of a claim, without white space, that the reader can at best have taken for
// others: letters and marks of words in one script that it was not trained on. It is nil if there are none,
// or if a word mixes scripts, as no honest text does. known is how many letters and digits are left to
// compare.
func unreadable(claim string) (wild []bool, known int) {
	var foreign []rune
	for word := range strings.FieldsSeq(claim) {
		var letters []rune
		runes := plainRunes(word)
		for _, r := range runes {
			if unicode.IsLetter(r) {
				letters = append(letters, r)
			}
		}
		strange := len(letters) > 0 && !trained(letters[0])
		if strange && !oneScript(letters) {
			return nil, 0
		}
		if strange {
			foreign = append(foreign, letters...)
		}
		for _, r := range runes {
			letter := unicode.In(r, unicode.L, unicode.M)
			wild = append(wild, strange && letter)
			if !strange && letter || unicode.IsDigit(r) {
				known++
			}
		}
	}
	if len(foreign) == 0 || !oneScript(foreign) {
		return nil, 0
	}
	return wild, known
}

// trained reports whether the reader was trained on the script of a letter. It also knows some Greek letters,
// for formulas.
func trained(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Common, unicode.Inherited)
}

// looseLikeness is like likeness, but what the reader made of the wild runes of said does not count, and
// whether it saw them at all counts little.
func looseLikeness(seen, said []rune, wild []bool) float64 {
	const most = 400 // runes of a line; the time is their product
	if len(seen) > most || len(said) > most || len(wild) != len(said) {
		return 0
	}
	const missed = 0.25 // for a letter of which nothing was seen
	row := make([]float64, len(seen)+1)
	for j := range row {
		row[j] = float64(j)
	}
	for i, r := range said {
		gone := 1.0
		if wild[i] {
			gone = missed
		}
		diagonal := row[0]
		row[0] += gone
		for j, s := range seen {
			other := 1.0
			if s == r || wild[i] {
				other = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+other, row[j+1]+gone, row[j]+1)
		}
	}
	return 1 - row[len(seen)]/float64(max(len(seen), len(said), 1))
}

// foreign reports whether the claim is text in one script unknown to the reader, on a line of which it read
// little.
func (p By) foreign(l document.Line, claim string) bool {
	if !p.Foreign(claim) {
		return false
	}
	if l.Script != "" && l.Confidence != nil && *l.Confidence >= readInScript {
		return false
	}
	seen, said := plainRunes(l.Text), plainRunes(claim)
	return l.Confidence == nil || *l.Confidence < SurelyRead || 2*len(seen) < len(said)
}

// Foreign reports whether a claim is mostly letters of one script unknown to the reader.
func (p By) Foreign(claim string) bool {
	said := plainRunes(claim)
	var unknown []rune
	for _, r := range said {
		if unicode.IsLetter(r) && (!p.Knows(r) || !trained(r)) {
			unknown = append(unknown, r)
		}
	}
	return 2*len(unknown) >= len(said) && oneScript(unknown)
}

// oneScript reports whether letters are of one script, as in real text but not in text from a broken
// character map.
func oneScript(letters []rune) bool {
	for _, script := range unicode.Scripts {
		if len(letters) > 0 && unicode.Is(script, letters[0]) {
			return !slices.ContainsFunc(letters, func(r rune) bool { return !unicode.Is(script, r) })
		}
	}
	return false
}

// plainRunes returns a text in the form in which readings are compared: compatible forms unified, without
// white space.
func plainRunes(s string) []rune {
	return slices.DeleteFunc([]rune(unicodenorm.NFKC.String(s)), unicode.IsSpace)
}

func digits(s []rune) []rune {
	return slices.DeleteFunc(slices.Clone(s), func(r rune) bool { return !unicode.IsDigit(r) })
}

// readable removes characters that the reader does not know.
func (p By) readable(s []rune) []rune {
	return slices.DeleteFunc(slices.Clone(s), func(r rune) bool { return !p.Knows(r) })
}

// likeness is 1 minus the edit distance (Levenshtein) over the greater length; for readings that cannot agree
// it is an upper bound.
func likeness(a, b []rune) float64 {
	longer, shorter := max(len(a), len(b)), min(len(a), len(b))
	if longer == 0 {
		return 1
	}
	// The ratio of the lengths bounds the likeness; hostile words can be very long.
	if bound := float64(shorter) / float64(longer); bound < agreement {
		return bound
	}
	return 1 - float64(levenshtein.ComputeDistance(string(a), string(b)))/float64(longer)
}
