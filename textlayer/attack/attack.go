// Package attack makes PDFs whose own text lies, for tests of the text layer: fonts with
// wrong maps, text that is not seen, and everything else that draws one thing and says
// another. Each document comes with what a person sees on it.
package attack

import (
	"math/rand/v2"
	"slices"
	"strings"

	"ocr-gateway/raster/rastertest"
)

// Document is a PDF and the lines that are to be seen on each of its pages.
type Document struct {
	Kind  string
	PDF   []byte
	Pages []Page
}

// Page is what is to be seen on a page.
type Page struct {
	Lines []Line
	// Scale is pixels to a point at 72 dpi, and X and Y where the page's upper left corner
	// lies in the coordinates of the lines.
	Scale, X, Y float64
}

// Line is a line that is to be seen. X has the middle of each character and Y the baseline, in
// points from the lower left; X is nil for a line that does not run level.
type Line struct {
	Text string
	X    []float64
	Y    float64
}

// kinds are the ways to lie, by name. "clean" does not.
var kinds = map[string]func(*maker){
	"clean":            clean,
	"permuted":         permuted,
	"shifted":          shifted,
	"digits-swapped":   digitsSwapped,
	"lookalikes":       lookalikesSwapped,
	"letters-swapped":  lettersSwapped,
	"one-wrong":        oneWrong,
	"homoglyphs":       homoglyphs,
	"partly-missing":   partlyMissing,
	"wholly-missing":   whollyMissing,
	"lying-name":       lyingName,
	"shared-name":      sharedName,
	"shared-program":   sharedProgram,
	"rare-lie":         rareLie,
	"white":            white,
	"covered":          covered,
	"clipped":          clipped,
	"transparent":      transparent,
	"tiny":             tiny,
	"invisible":        invisible,
	"behind-image":     behindImage,
	"before-image":     beforeImage,
	"sandwich":         sandwich,
	"visible-sandwich": visibleSandwich,
	"doubled":          doubled,
	"shadow":           shadow,
	"ligatures":        ligatures,
	"private-use":      privateUse,
	"several-letters":  severalLetters,
	"compatibility":    compatibility,
	"rotated-page":     rotatedPage,
	"crop-box":         cropBox,
	"user-unit":        userUnit,
	"type3":            type3,
	"right-to-left":    rightToLeft,
	"vertical":         vertical,
	"raised":           raised,
	"form":             inForm,
	"annotation":       inAnnotation,
	"optional-off":     optionalOff,
	"completed":        completed,
	"partly-covered":   partlyCovered,
	"overlaid":         overlaid,
	"mirrored":         mirrored,
	"upside-down":      upsideDown,
	"squeezed":         squeezed,
	"piled":            piled,
	"empty-glyph":      emptyGlyph,
	"inked-blank":      inkedBlank,
	"clip-mode":        clipMode,
	"pattern":          inPattern,
	"off-page":         offPage,
	"pale":             pale,
}

// Kinds lists the kinds in a fixed order.
func Kinds() []string {
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Make makes the document of a kind that goes with a seed.
func Make(kind string, seed uint64) Document {
	return MakeLong(kind, seed, 1)
}

func newMaker(kind string, seed uint64) *maker {
	m := &maker{rand: rand.New(rand.NewPCG(seed, uint64(len(kind))*31+uint64(kind[0]))), pages: 1, pdf: rastertest.NewPDF()}
	kinds[kind](m)
	return m
}

// MakeLong is Make with the pages so many times, for what is learned over many pages.
func MakeLong(kind string, seed uint64, times int) Document {
	m := newMaker(kind, seed)
	kids, seen := m.kids, m.seen
	for range times - 1 {
		m.kids, m.seen = append(m.kids, kids...), append(m.seen, seen...)
	}
	return Document{Kind: kind, PDF: m.finish(), Pages: m.seen}
}

// text makes prose of so many characters.
func (m *maker) text(length int) string {
	var b strings.Builder
	for b.Len() < length {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		word := words[m.rand.IntN(len(words))]
		switch m.rand.IntN(12) {
		case 0:
			word = strings.ToUpper(word[:1]) + word[1:]
		case 1:
			word = m.number()
		case 2:
			word += []string{",", ".", ";", ":", "?", "!"}[m.rand.IntN(6)]
		}
		b.WriteString(word)
	}
	return strings.TrimSpace(b.String()[:length])
}

func (m *maker) number() string {
	digits := ""
	for range 1 + m.rand.IntN(5) {
		digits += string(rune('0' + m.rand.IntN(10)))
	}
	return digits
}

var words = strings.Fields(`the of and to in is that for it as was with be by on not he his but at are this have from or had an they which
one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only
other time new some could these two may first then do any like my now over such our man me even most made after also did many off before
must well back through years much where your way down should because long each just state those people too mister how little good world
make very year still see own work men day get here old between both life being under three never know same last another while us might
great go come since against right came take used himself few house use during without again place american around however home small found
thought went say part once general high upon school every does got united left number course war until always away something fact though water
less public put think almost hand enough took far head yet government system set told better night nothing end why called eyes find going look
asked later knew point next program city business give group toward young days let room word given present several order national possible rather
second face per among form important often things looked early white case become large big need four within felt along children saw best church
ever least power development light thing seemed family interest want members mind country area others done turned although open god service certain
kind different door thus help means matter whole john sense money quick brown fox jumps lazy dog vexing zebra quiz jacket equip flux azure`)
