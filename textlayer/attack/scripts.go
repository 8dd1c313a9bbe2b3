package attack

import "strings"

// Kinds in scripts that readers know in a way of their own. Their words are the usual ones, letter by letter in
// those of the script.

// Letters of scripts in the place of the Latin ones, small and then capital.
const (
	cyrillic = "абцдефгхийклмнопярстувшжюзАБЦДЕФГХИЙКЛМНОПЯРСТУВШЖЮЗ"
	greek    = "αβξδεφγηιζκλμνοπθρστυβωχψζΑΒΞΔΕΦΓΗΙΖΚΛΜΝΟΠΘΡΣΤΥΒΩΧΨΖ"
	// hangul is drawn as the Latin letters; who reads it is told.
	hangul = "가각간갈감강고곡곤골구국군기긴길나낙난날남노다단달대라락란람로마막만말모바박반발보사산살상소속손송수술숨"
	latin  = lower + upper
)

// Scripts names the scripts of the letters of some documents, by Unicode's names.
func Scripts() []string { return []string{"Cyrillic", "Greek", "Hangul"} }

// dressed has documents speak in a script.
func dressed(letters string, kind func(*maker, string)) func(*maker) {
	return func(m *maker) {
		m.letters = []rune(letters)
		kind(m, letters)
	}
}

// dress writes a text in the letters of the document.
func (m *maker) dress(text string) string {
	if m.letters == nil {
		return text
	}
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(latin, r); i >= 0 {
			return m.letters[i]
		}
		return r
	}, text)
}

func honestly(m *maker, _ string) { m.full(m.font(honest), 3) }

func swapped(m *maker, letters string) {
	a, b := pick(m, letters)
	m.full(m.font(swap(a, b)), 3)
}

// nearSwapped swaps letters that look alike.
func nearSwapped(m *maker, letters string) {
	near := map[string]string{
		cyrillic: "ие шж лп гт ЕБ РВ ФО оа хж нп СО ЗБ мт",
		greek:    "εζ υβ νγ οσ ηπ ΟΘ ΕΞ ρφ αδ κχ ιζ ΒΡ",
		hangul:   "가각 간갈 감강 고곡 곤골 구국 기긴 나낙 난날 다단 라락 로라 마막 바박 사산 살상 가나 고구 단란",
	}
	pairs := strings.Fields(near[letters])
	pair := []rune(pairs[m.rand.IntN(len(pairs))])
	m.full(m.font(swap(pair[0], pair[1])), 3)
}

var asLatin = map[rune]string{'а': "a", 'е': "e", 'о': "o", 'р': "p", 'с': "c", 'х': "x", 'у': "y", 'А': "A", 'В': "B", 'Е': "E", 'К': "K", 'М': "M", 'Н': "H", 'О': "O", 'Р': "P", 'С': "C", 'Т': "T", 'Х': "X"}

// saidLatin says Latin letters where they are drawn as those of the script.
func saidLatin(m *maker, _ string) {
	m.full(m.font(func(r rune) string {
		if s, ok := asLatin[r]; ok {
			return s
		}
		return string(r)
	}), 3)
}

// saidCyrillic is Latin text that says Cyrillic letters, as a reader of Cyrillic would take it for.
func saidCyrillic(m *maker) {
	const as = "аьсаеғдһіјкӏтпорԛгѕтцуѡхуzАВСРЕҒСНІЈКLМПОРԚЯЅТЦУШХУZ"
	letters := []rune(as)
	whole := m.rand.IntN(2) == 0
	m.full(m.font(func(r rune) string {
		if i := strings.IndexRune(latin, r); i >= 0 && (whole || strings.ContainsRune("aceopxyijsACEOPXYHKMTB", r)) {
			return string(letters[i])
		}
		return string(r)
	}), 3)
}

// beside sets honest lines of a script and Latin ones that say its letters, in one font.
func beside(m *maker, letters string) {
	honestOne := m.font(honest)
	dress := m.letters
	m.letters = nil
	to := map[rune]rune{'a': 'а', 'c': 'с', 'e': 'е', 'o': 'о', 'p': 'р', 'x': 'х', 'y': 'у'}
	if letters == greek {
		to = map[rune]rune{'o': 'ο', 'v': 'ν', 'p': 'ρ', 'a': 'α', 'u': 'υ', 'y': 'γ'}
	}
	liar := m.embed(honestOne.face, "AAAAAB+Liar", func(r rune) string {
		if s, ok := to[r]; ok {
			return string(s)
		}
		return string(r)
	}, "Identity-H")
	for range 3 {
		m.begin()
		for m.room() {
			m.letters = dress
			m.prose(honestOne, 3)
			m.letters = nil
			m.prose(liar, 2)
		}
		m.end("")
	}
}
