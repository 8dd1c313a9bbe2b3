package attack

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf16"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a font's program with what of it the documents use.
type face struct {
	program []byte
	font    *sfnt.Font
	glyph   map[rune]int
	advance map[rune]float64 // of an em
}

// alphabet are the characters that documents draw.
const alphabet = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~éèüöäßçñ–—’“”ﬁﬂ²Ø"

var programs = [][]byte{goregular.TTF, gobold.TTF, goitalic.TTF, gomedium.TTF, gomono.TTF, gobolditalic.TTF, gomonobold.TTF}

var faces = sync.OnceValue(func() []*face {
	var all []*face
	for _, program := range programs {
		parsed, err := sfnt.Parse(program)
		if err != nil {
			panic(err) // a font of a module: it does not change
		}
		f := &face{program: program, font: parsed, glyph: map[rune]int{}, advance: map[rune]float64{}}
		var b sfnt.Buffer
		for _, r := range alphabet {
			g, err := parsed.GlyphIndex(&b, r)
			if err != nil || g == 0 {
				continue
			}
			const em = 1000
			a, err := parsed.GlyphAdvance(&b, g, fixed.I(em), font.HintingNone)
			if err == nil {
				f.glyph[r], f.advance[r] = int(g), float64(a)/64/em
			}
		}
		all = append(all, f)
	}
	return all
})

// typeface is a font of a document: a face, and what it claims of its glyphs.
type typeface struct {
	*face
	name   string // as a resource
	object int
}

// claim says what the map of a font gives for the glyph of a character; "" leaves it out.
type claim func(r rune) string

func honest(r rune) string { return string(r) }

// embed makes a font of a face. keys replace the encoding.
func (m *maker) embed(f *face, base string, says claim, encoding string) *typeface {
	file := m.programOf(f)
	var widths, mapping strings.Builder
	count := 0
	for _, r := range alphabet {
		g, ok := f.glyph[r]
		if !ok {
			continue
		}
		fmt.Fprintf(&widths, "%d[%.0f]", g, 1000*f.advance[r])
		if says == nil {
			continue
		}
		if text := says(r); text != "" {
			hex := ""
			for _, u := range utf16.Encode([]rune(text)) {
				hex += fmt.Sprintf("%04X", u)
			}
			fmt.Fprintf(&mapping, "1 beginbfchar\n<%04X><%s>\nendbfchar\n", g, hex)
			count++
		}
	}
	descriptor := m.pdf.Add("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[-500 -300 1500 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80/FontFile2 %d 0 R>>", base, file)
	descendant := m.pdf.Add("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/W[%s]/CIDToGIDMap/Identity>>", base, descriptor, widths.String())
	unicode := ""
	if count > 0 {
		unicode = fmt.Sprintf("/ToUnicode %d 0 R", m.pdf.Stream("", []byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CMapName /X def /CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n"+mapping.String()+"endcmap end end")))
	}
	object := m.pdf.Add("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/%s/DescendantFonts[%d 0 R]%s>>", base, encoding, descendant, unicode)
	t := &typeface{face: f, name: fmt.Sprintf("F%d", object), object: object}
	m.fonts = append(m.fonts, t)
	return t
}

func (m *maker) programOf(f *face) int {
	if m.programs == nil {
		m.programs = map[*face]int{}
	}
	if m.programs[f] == 0 {
		m.programs[f] = m.pdf.Stream(fmt.Sprintf("/Length1 %d", len(f.program)), f.program)
	}
	return m.programs[f]
}

// font makes a font of a face at random that says what it is told to.
func (m *maker) font(says claim) *typeface {
	f := faces()[m.rand.IntN(len(faces()))]
	return m.embed(f, fmt.Sprintf("AAAA%c%c+Go", 'A'+m.rand.IntN(26), 'A'+m.rand.IntN(26)), says, "Identity-H")
}

// hex are the codes of a text.
func (t *typeface) hex(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, "%04X", t.glyph[r])
	}
	return b.String()
}

// widths are those of the characters of a text at a size.
func (t *typeface) widths(text string, size float64) (all []float64) {
	for _, r := range text {
		all = append(all, t.advance[r]*size)
	}
	return all
}

// width is the length of a text at a size.
func (t *typeface) width(text string, size float64) (w float64) {
	for _, r := range text {
		w += t.advance[r] * size
	}
	return w
}
