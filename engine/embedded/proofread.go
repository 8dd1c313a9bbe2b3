package embedded

import (
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
	unicodenorm "golang.org/x/text/unicode/norm"

	"ocr-gateway/document"
)

// The PDF's own words correct the reader only where the picture confirms them.
const (
	// agreement is the likeness, 1 being equal, from which two readings of a
	// line are taken for the same text with small errors.
	agreement = 0.8
	// agreeMin is how many characters must agree to count as evidence.
	agreeMin = 3
	// surelyRead is the confidence from which the reader is right about digits,
	// and from which letters that it does not know cannot be on the page.
	surelyRead = 0.9
)

// proofread corrects lines, which it changes, by what the PDF says is drawn
// there. A PDF's text can be wrong or a lie (fonts with a broken or forged
// character map), so it is believed line by line, where it agrees with
// what the reader saw; and where the line is of a script that the reader does
// not know, so that it saw nothing. Confidence stays the reader's, nil where it
// had no part.
func (a alphabet) proofread(lines []document.Line, words []document.Word) {
	if len(words) == 0 {
		return
	}
	for i, claim := range claims(lines, words) {
		l := &lines[i]
		switch {
		case claim == "" || claim == l.Text || looseAccents(claim):
		case a.confirmed(*l, claim):
			l.Text = claim
		case a.foreign(*l, claim):
			l.Text, l.Confidence = claim, nil
		}
	}
}

// looseAccents reports whether accents stand beside their letters, as TeX sets
// them: "˘g" for "ğ". The reader sees what is meant.
func looseAccents(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII && unicode.Is(unicode.Sk, r) })
}

// claims gives for each line the words that lie in it, left to right.
func claims(lines []document.Line, words []document.Word) []string {
	in := make([][]document.Word, len(lines))
	for _, w := range words {
		if i := lineOf(lines, w.BBox); i >= 0 {
			in[i] = append(in[i], w)
		}
	}
	texts := make([]string, len(lines))
	for i, ws := range in {
		slices.SortStableFunc(ws, func(a, b document.Word) int { return a.BBox[0] - b.BBox[0] })
		parts := make([]string, len(ws))
		for j, w := range ws {
			parts[j] = w.Text
		}
		texts[i] = plainLetters(strings.Join(parts, " "))
	}
	return texts
}

// plainLetters writes ligatures as letters and drops soft hyphens but the one at
// the end of a line, which is printed.
func plainLetters(text string) string {
	if inside, broken := strings.CutSuffix(text, softHyphen); broken {
		return openLigatures.Replace(inside) + "-"
	}
	return openLigatures.Replace(text)
}

const softHyphen = "\u00ad"

var openLigatures = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st", softHyphen, "")

// lineOf is the line whose middle is nearest to the word's among those that hold
// the word's centre; -1 when there is none.
func lineOf(lines []document.Line, word document.BBox) int {
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

// confirmed reports whether the reader saw the claim, small errors aside.
// Digits that it was sure of are not overruled.
func (a alphabet) confirmed(l document.Line, claim string) bool {
	seen, said := plainRunes(l.Text), a.readable(plainRunes(claim))
	if len(seen) < agreeMin || likeness(seen, said) < agreement {
		return false
	}
	return l.Confidence == nil || *l.Confidence < surelyRead || slices.Equal(digits(seen), digits(said))
}

// foreign reports whether the claim is text in one script unknown to the reader
// on a line of which the reader made little.
func (a alphabet) foreign(l document.Line, claim string) bool {
	said := plainRunes(claim)
	var unknown []rune
	for _, r := range said {
		if unicode.IsLetter(r) && !a.known[r] {
			unknown = append(unknown, r)
		}
	}
	if 2*len(unknown) < len(said) || !oneScript(unknown) {
		return false
	}
	seen := plainRunes(l.Text)
	return l.Confidence == nil || *l.Confidence < surelyRead || 2*len(seen) < len(said)
}

// oneScript reports whether the letters are of one script, as real text is and
// text from a broken character map is not.
func oneScript(letters []rune) bool {
	for _, script := range unicode.Scripts {
		if len(letters) > 0 && unicode.Is(script, letters[0]) {
			return !slices.ContainsFunc(letters, func(r rune) bool { return !unicode.Is(script, r) })
		}
	}
	return false
}

// plainRunes is text reduced to what two readings are compared by: compatible
// forms unified, white space left out.
func plainRunes(s string) []rune {
	return slices.DeleteFunc([]rune(unicodenorm.NFKC.String(s)), unicode.IsSpace)
}

func digits(s []rune) []rune {
	return slices.DeleteFunc(slices.Clone(s), func(r rune) bool { return !unicode.IsDigit(r) })
}

// readable leaves out what the reader does not know.
func (a alphabet) readable(s []rune) []rune {
	return slices.DeleteFunc(slices.Clone(s), func(r rune) bool { return !a.known[r] })
}

// likeness is 1 minus the edit distance (Levenshtein) over the longer length; of
// readings that cannot agree it is an upper bound.
func likeness(a, b []rune) float64 {
	longer, shorter := max(len(a), len(b)), min(len(a), len(b))
	if longer == 0 {
		return 1
	}
	// No likeness is above the share of the lengths; hostile words can be very long.
	if bound := float64(shorter) / float64(longer); bound < agreement {
		return bound
	}
	return 1 - float64(levenshtein.ComputeDistance(string(a), string(b)))/float64(longer)
}

// turnWords turns words clockwise with their w x h page.
func turnWords(words []document.Word, w, h, degrees int) []document.Word {
	out := slices.Clone(words)
	for i, word := range out {
		b := word.BBox
		p := turnPoint(document.Point{X: float64(b[0]), Y: float64(b[1])}, w, h, degrees)
		q := turnPoint(document.Point{X: float64(b[2]), Y: float64(b[3])}, w, h, degrees)
		out[i].BBox = document.BBox{int(min(p.X, q.X)), int(min(p.Y, q.Y)), int(max(p.X, q.X)), int(max(p.Y, q.Y))}
	}
	return out
}
