package attack

import (
	"fmt"
	"strings"
)

// Kinds whose fonts say wrong characters, or none.

func clean(m *maker) {
	m.full(m.font(honest), 6)
}

const lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"

// permutation permutes the characters of each group at random.
func (m *maker) permutation(groups ...string) claim {
	to := map[rune]rune{}
	for _, group := range groups {
		from := []rune(group)
		for i, j := range m.rand.Perm(len(from)) {
			to[from[i]] = from[j]
		}
	}
	return func(r rune) string {
		if s, ok := to[r]; ok {
			return string(s)
		}
		return string(r)
	}
}

func permuted(m *maker) {
	m.full(m.font([]claim{m.permutation(lower, upper, digits), m.permutation(digits), m.permutation("aeiou"), m.permutation(lower)}[m.rand.IntN(4)]), 1)
}

func shifted(m *maker) {
	by := []rune{1, -1, 3, 29, -29, 31}[m.rand.IntN(6)]
	m.full(m.font(func(r rune) string {
		if r == ' ' {
			return " "
		}
		return string(max(r+by, 33))
	}), 1)
}

// swap swaps two characters.
func swap(a, b rune) claim {
	return func(r rune) string {
		switch r {
		case a:
			return string(b)
		case b:
			return string(a)
		}
		return string(r)
	}
}

func pick(m *maker, from string) (a, b rune) {
	all := []rune(from)
	i, j := m.rand.IntN(len(all)), m.rand.IntN(len(all)-1)
	if j >= i {
		j++
	}
	return all[i], all[j]
}

func digitsSwapped(m *maker) { a, b := pick(m, digits); m.full(m.font(swap(a, b)), 2) }

func lettersSwapped(m *maker) { a, b := pick(m, lower); m.full(m.font(swap(a, b)), 2) }

var likes = strings.Fields("lI l1 I1 0O oO O0 S5 s5 B8 Z2 z2 ce oc uv vy nh rn cC oO sS vV wW xX zZ uU pP kK 6b 9g ij ;: ,. '’ -– 1| QO GC EF PR MN DO hb ft 3B gq nm rt ao")

func lookalikesSwapped(m *maker) {
	pair := []rune(likes[m.rand.IntN(len(likes))])
	m.full(m.font(swap(pair[0], pair[1])), 2)
}

// oneWrong takes one character for another, which is also there.
func oneWrong(m *maker) {
	a, b := pick(m, lower+digits+upper)
	m.full(m.font(func(r rune) string {
		if r == a {
			return string(b)
		}
		return string(r)
	}), 2)
}

var homoglyph = map[rune]rune{'a': 'а', 'e': 'е', 'o': 'о', 'p': 'р', 'c': 'с', 'x': 'х', 'A': 'А', 'B': 'В', 'E': 'Е', 'H': 'Н', 'O': 'Ο', 'T': 'Т', 'v': 'ν', 'i': 'і', '0': 'О', 'l': 'ӏ', '-': '‐', 'M': 'М', 's': 'ѕ', 'd': 'ԁ'}

func homoglyphs(m *maker) {
	only := []rune("aeopcxAEHTi")[m.rand.IntN(11)]
	all := m.rand.IntN(2) == 0
	m.full(m.font(func(r rune) string {
		if h, ok := homoglyph[r]; ok && (all || r == only) {
			return string(h)
		}
		return string(r)
	}), 2)
}

func partlyMissing(m *maker) {
	gone := map[rune]bool{}
	for range 1 + m.rand.IntN(8) {
		gone[rune(alphabet[1+m.rand.IntN(90)])] = true
	}
	m.full(m.font(func(r rune) string {
		if gone[r] {
			return ""
		}
		return string(r)
	}), 2)
}

func whollyMissing(m *maker) { m.full(m.font(nil), 1) }

// lyingName gives a font the name of one that everybody knows.
func lyingName(m *maker) {
	name := []string{"Helvetica", "Times-Roman", "ArialMT", "Courier", "Symbol", "ZapfDingbats"}[m.rand.IntN(6)]
	says := []claim{nil, m.permutation(lower), honest}[m.rand.IntN(3)]
	m.full(m.embed(faces()[m.rand.IntN(len(faces()))], name, says, "Identity-H"), 1)
}

// sharedName has an honest and a lying font of one name.
func sharedName(m *maker) {
	honestOne := m.embed(faces()[0], "AAAAAA+Same", honest, "Identity-H")
	liar := m.embed(faces()[1+m.rand.IntN(len(faces())-1)], "AAAAAA+Same", m.permutation(lower, digits), "Identity-H")
	m.twoFonts(honestOne, liar)
}

// sharedProgram has an honest and a lying font of one program.
func sharedProgram(m *maker) {
	f := faces()[m.rand.IntN(len(faces()))]
	a, b := pick(m, digits)
	if m.rand.IntN(2) == 0 {
		a, b = pick(m, lower)
	}
	m.twoFonts(m.embed(f, "AAAAAA+One", honest, "Identity-H"), m.embed(f, "AAAAAB+Two", swap(a, b), "Identity-H"))
}

func (m *maker) twoFonts(a, b *typeface) {
	for range 2 {
		m.begin()
		for m.room() {
			m.prose(a, 2+m.rand.IntN(3))
			m.prose(b, 1+m.rand.IntN(2))
		}
		m.end("")
	}
}

// rareLie is honest but for a font with two digits swapped in a few places.
func rareLie(m *maker) {
	f := faces()[m.rand.IntN(len(faces()))]
	a, b := pick(m, digits)
	good, bad := m.embed(f, "AAAAAA+One", honest, "Identity-H"), m.embed(f, "AAAAAA+One", swap(a, b), "Identity-H")
	m.full(good, 2)
	m.begin()
	m.prose(good, 10)
	for range 4 {
		text := m.row(good)
		at := strings.LastIndex(text[:len(text)/2], " ")
		number := fmt.Sprintf(" %c%c%c%c ", a, b, a, b)
		m.put(good, left, m.y, m.size, text[:at])
		x := left + good.width(text[:at], m.size)
		m.put(bad, x, m.y, m.size, number)
		m.put(good, x+good.width(number, m.size), m.y, m.size, "end")
		m.note(good, text[:at]+number+"end")
		m.next()
		m.prose(good, 4)
	}
	m.end("")
}

func ligatures(m *maker) {
	says := []claim{
		func(r rune) string { return strings.NewReplacer("ﬁ", "fi", "ﬂ", "fl").Replace(string(r)) },
		honest,
		swap('ﬁ', 'ﬂ'),
		func(r rune) string { return strings.NewReplacer("ﬁ", "fl", "ﬂ", "ffi").Replace(string(r)) },
	}[m.rand.IntN(4)]
	f := m.font(says)
	m.begin()
	words := strings.Fields("first find final field fifty office flux flow floor flat flag reflect")
	for m.room() {
		text := m.row(f) + " " + words[m.rand.IntN(len(words))] + " " + words[m.rand.IntN(len(words))]
		m.line(f, strings.NewReplacer("fi", "ﬁ", "fl", "ﬂ").Replace(text))
	}
	m.end("")
}

func privateUse(m *maker) {
	some := m.rand.IntN(2) == 0
	m.full(m.font(func(r rune) string {
		if r == ' ' || some && m.rand.IntN(4) > 0 {
			return string(r)
		}
		return string(0xe000 + r)
	}), 1)
}

// severalLetters gives a glyph more letters than it shows.
func severalLetters(m *maker) {
	a, _ := pick(m, "aeinrst135")
	text := []string{string(a) + string(a), string(a) + "0", "rn", "fi", string(a) + " ", "st"}[m.rand.IntN(6)]
	m.full(m.font(func(r rune) string {
		if r == a {
			return text
		}
		return string(r)
	}), 2)
}

// compatibility claims forms that compatibility decomposition makes equal.
func compatibility(m *maker) {
	to := []map[rune]rune{
		{'1': '¹', '2': '²', '3': '³'},
		{'a': 'ａ', 'A': 'Ａ', '1': '１'},
		{'a': 'ª', 'o': 'º'},
		{'e': 'é', 'a': 'ä'},
		{'0': '⁰', '4': '₄'},
		{'i': 'ı', 's': 'ſ'},
		{'K': 'K', 'A': 'Å'},
		{'-': '−', '\'': '′'},
	}[m.rand.IntN(8)]
	m.full(m.font(func(r rune) string {
		if s, ok := to[r]; ok {
			return string(s)
		}
		return string(r)
	}), 2)
}

// emptyGlyph has a glyph without a shape say something.
func emptyGlyph(m *maker) {
	says := []string{"9", "not", "0", "."}[m.rand.IntN(4)]
	liar := m.font(func(r rune) string {
		if r == ' ' {
			return says
		}
		return string(r)
	})
	m.full(liar, 2)
}

// inkedBlank has glyphs that are seen say that they are blanks.
func inkedBlank(m *maker) {
	a, b := pick(m, lower+digits)
	m.full(m.font(func(r rune) string {
		if r == a || r == b {
			return []string{" ", "\u00a0", "\u200b", "\u00ad"}[m.rand.IntN(4)]
		}
		return string(r)
	}), 2)
}

func rightToLeft(m *maker) {
	hebrew := []rune("אבגדהוזחטיכלמנסעפצקרשתםןץף")
	m.full(m.font(func(r rune) string {
		if r >= 'a' && r <= 'z' {
			return string(hebrew[r-'a'])
		}
		return string(r)
	}), 1)
}
