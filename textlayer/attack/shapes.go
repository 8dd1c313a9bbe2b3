package attack

import (
	"fmt"
	"strings"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Kinds whose glyphs are seen as others, by how they are placed or by what is painted beside them.

// altered sets rows in which some characters are made to look like others. change paints at the character's
// place, and seen is what it is then.
func (m *maker) altered(from string, change func(f *typeface, x float64, r rune) (seen string)) {
	m.mixed(2, func(f *typeface) {
		text := m.row(f) + " " + string([]rune(from)[m.rand.IntN(len([]rune(from)))]) + m.number()
		m.put(f, left, m.y, m.size, text)
		var seen strings.Builder
		x := left
		for _, r := range text {
			if strings.ContainsRune(from, r) && m.rand.IntN(2) == 0 {
				seen.WriteString(change(f, x, r))
			} else {
				seen.WriteRune(r)
			}
			x += f.advance[r] * m.size
		}
		m.noteAt(left, f.widths(text, m.size), seen.String())
		m.next()
	})
}

// completed adds strokes to letters: F becomes E, P becomes R, 1 becomes 4.
func completed(m *maker) {
	m.altered("FPCO13lnc", func(f *typeface, x float64, r rune) string {
		w, s := f.advance[r]*m.size, m.size
		stroke := map[rune][4]float64{
			'F': {.15, .03, .9, .03}, 'P': {.5, .35, .95, 0}, 'C': {.6, .3, .95, .3}, 'O': {.55, .25, 1, -.05}, '1': {0, .25, 1, .25},
			'3': {.12, .05, .12, .7}, 'l': {.2, .4, .9, .4}, 'n': {.1, .02, .9, .02}, 'c': {.9, .7, .9, 0},
		}[r]
		seen := map[rune]string{'F': "E", 'P': "R", 'C': "G", 'O': "Q", '1': "4", '3': "8", 'l': "t", 'n': "o", 'c': "d"}[r]
		m.draw("%.2f w %.2f %.2f m %.2f %.2f l S", .08*s, x+stroke[0]*w, m.y+stroke[1]*s, x+stroke[2]*w, m.y+stroke[3]*s)
		return seen
	})
}

// partlyCovered paints white over a part: E becomes F, 8 becomes 3, R becomes P.
func partlyCovered(m *maker) {
	m.altered("ERQB8dhq", func(f *typeface, x float64, r rune) string {
		w, s := f.advance[r]*m.size, m.size
		box := map[rune][4]float64{
			'E': {.3, -.05, .8, .15}, 'R': {.35, -.05, .8, .3}, 'Q': {.5, -.25, .6, .25}, 'B': {0, -.02, .35, .75},
			'8': {0, .05, .3, .6}, 'd': {.5, .54, .6, .3}, 'h': {0, .54, .5, .3}, 'q': {.4, -.3, .7, .28},
		}[r]
		seen := map[rune]string{'E': "F", 'R': "P", 'Q': "O", 'B': "3", '8': "3", 'd': "a", 'h': "n", 'q': "a"}[r]
		m.draw("1 g %.2f %.2f %.2f %.2f re f 0 g", x+box[0]*w, m.y+box[1]*s, box[2]*w, box[3]*s)
		return seen
	})
}

// overlaid paints a second glyph over the first, so that both look like a third.
func overlaid(m *maker) {
	m.altered("OFPc1I", func(f *typeface, x float64, r rune) string {
		second := map[rune]rune{'O': ',', 'F': '_', 'P': '\\', 'c': 'l', '1': '-', 'I': '-'}[r]
		seen := map[rune]string{'O': "Q", 'F': "E", 'P': "R", 'c': "d", '1': "+", 'I': "+"}[r]
		m.put(f, x+.2*m.size, m.y+.05*m.size, m.size, string(second))
		return seen
	})
}

// turned sets rows under a matrix.
func (m *maker) turned(matrix func(y float64, width float64) string, seen func(text string) string) {
	m.mixed(2, func(f *typeface) {
		text := m.row(f)
		m.draw("BT /%s %g Tf %s Tm <%s> Tj ET", f.name, m.size, matrix(m.y, f.width(text, m.size)), f.hex(text))
		m.noteAt(left, nil, seen(text))
		m.next()
	})
}

func mirrored(m *maker) {
	m.turned(func(y, w float64) string { return fmt.Sprintf("-1 0 0 1 %.2f %.2f", left+w, y) }, func(string) string { return "" })
}

func upsideDown(m *maker) {
	m.turned(func(y, w float64) string { return fmt.Sprintf("-1 0 0 -1 %.2f %.2f", left+w, y+m.size/2) }, func(string) string { return "" })
}

func squeezed(m *maker) {
	by := []float64{.1, .2, .3}[m.rand.IntN(3)]
	m.turned(func(y, _ float64) string { return fmt.Sprintf("%g 0 0 1 %g %.2f", by, left, y) }, func(text string) string { return text })
}

// piled sets glyphs so close that nobody can read them.
func piled(m *maker) {
	m.mixed(2, func(f *typeface) {
		text := m.row(f)
		m.draw("BT /%s %g Tf %.2f Tc 1 0 0 1 %g %.2f Tm <%s> Tj 0 Tc ET", f.name, m.size, -.45*m.size, left, m.y, f.hex(text))
		m.next()
	})
}

func raised(m *maker) {
	f := m.font(honest)
	m.begin()
	for m.room() {
		text := m.row(f)
		at := len(text) / 2
		number := m.number()
		m.put(f, left, m.y, m.size, text[:at])
		x := left + f.width(text[:at], m.size)
		rise := []float64{.33, -.15}[m.rand.IntN(2)] * m.size
		m.put(f, x, m.y+rise, .65*m.size, number)
		m.put(f, x+f.width(number, .65*m.size), m.y, m.size, text[at:])
		m.noteAt(left, append(append(f.widths(text[:at], m.size), f.widths(number, .65*m.size)...), f.widths(text[at:], m.size)...), text[:at]+number+text[at:])
		m.next()
		m.prose(f, 2)
	}
	m.end("")
}

func vertical(m *maker) {
	f := m.embed(faces()[0], "AAAAAA+Vert", honest, "Identity-V")
	g := m.font(honest)
	m.begin()
	m.prose(g, 20)
	for x := left; x < 500; x += 30 {
		text := m.text(20)
		m.put(f, x, m.y, m.size, text)
		m.noteAt(x, nil, text)
	}
	m.end("")
}

// Pages and containers.

func rotatedPage(m *maker) {
	f := m.font(honest)
	m.begin()
	m.prose(f, 100)
	m.end(fmt.Sprintf("/Rotate %d", []int{90, 180, 270}[m.rand.IntN(3)]))
	m.full(f, 1)
}

func cropBox(m *maker) {
	f := m.font(honest)
	m.begin()
	for i := 0; m.room(); i++ {
		text := m.row(f)
		m.put(f, left, m.y, m.size, text)
		if m.y > 399.5+.2*m.size && m.y < 700.5-.7*m.size {
			m.note(f, text)
		}
		m.next()
	}
	m.frame.Y = 700
	m.end("/CropBox[0 400 595 700]")
}

func userUnit(m *maker) {
	f := m.font(honest)
	m.begin()
	m.prose(f, 100)
	m.frame.Scale = 1.5
	m.end("/UserUnit 1.5")
}

// container is a form that holds the page's content.
func (m *maker) container(keys string) int {
	var fonts strings.Builder
	for _, f := range m.fonts {
		fmt.Fprintf(&fonts, "/%s %d 0 R", f.name, f.object)
	}
	n := m.pdf.Stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %g %g]/Resources<</Font<<%s>>>>%s", pageWidth, pageHeight, fonts.String(), keys), m.content.Bytes())
	m.content.Reset()
	return n
}

func (m *maker) contained() {
	says := []claim{honest, m.permutation(digits), m.permutation(lower)}[m.rand.IntN(3)]
	m.begin()
	m.prose(m.font(says), 100)
}

func inForm(m *maker) {
	m.contained()
	form := m.container([]string{"", "/Group<</S/Transparency>>"}[m.rand.IntN(2)])
	m.objects = fmt.Sprintf("/XObject<</X0 %d 0 R>>", form)
	m.draw("/X0 Do")
	m.end("")
}

func inAnnotation(m *maker) {
	m.contained()
	form := m.container("")
	note := m.pdf.Add("<</Type/Annot/Subtype/Stamp/Rect[0 0 %g %g]/F 4/AP<</N %d 0 R>>>>", pageWidth, pageHeight, form)
	m.end(fmt.Sprintf("/Annots[%d 0 R]", note))
}

// inPattern paints a tile of text twice; what it says once is seen at two places.
func inPattern(m *maker) {
	m.contained()
	lines := m.visible
	var fonts strings.Builder
	for _, f := range m.fonts {
		fmt.Fprintf(&fonts, "/%s %d 0 R", f.name, f.object)
	}
	tile := m.pdf.Stream(fmt.Sprintf("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 595 842]/XStep 595/YStep 842/Matrix[.5 0 0 .5 0 0]/Resources<</Font<<%s>>>>", fonts.String()), m.content.Bytes())
	m.content.Reset()
	m.objects = fmt.Sprintf("/Pattern<</T0 %d 0 R>>", tile)
	m.draw("/Pattern cs /T0 scn 0 0 595 842 re f")
	m.visible = lines
	m.frame.Scale, m.frame.Y = .5, 2*pageHeight
	m.end("")
}

// type3 draws the glyphs of a face by procedures, with or without a wrong map.
func type3(m *maker) {
	f := faces()[m.rand.IntN(len(faces()))]
	says := []claim{honest, m.permutation(lower, digits)}[m.rand.IntN(2)]
	var procs, names, widths, mapping strings.Builder
	for code := 33; code < 127; code++ {
		proc := m.pdf.Stream("", []byte(outline(f, rune(code))))
		fmt.Fprintf(&procs, "/g%d %d 0 R", code, proc)
		fmt.Fprintf(&names, "/g%d", code)
		fmt.Fprintf(&widths, "%.0f ", 1000*f.advance[rune(code)])
		fmt.Fprintf(&mapping, "1 beginbfchar\n<%02X><%04X>\nendbfchar\n", code, []rune(says(rune(code)))[0])
	}
	unicode := m.pdf.Stream("", []byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange\n<00><FF>\nendcodespacerange\n"+mapping.String()+"endcmap end end"))
	object := m.pdf.Add("<</Type/Font/Subtype/Type3/FontBBox[0 -300 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<<%s>>/Encoding<</Differences[33%s]>>/FirstChar 33/LastChar 126/Widths[%s]/ToUnicode %d 0 R/Resources<<>>>>",
		procs.String(), names.String(), widths.String(), unicode)
	t := &typeface{face: f, name: "T3", object: object}
	m.fonts = append(m.fonts, t)
	m.begin()
	for m.room() {
		text := m.row(t)
		x := left
		for word := range strings.FieldsSeq(text) {
			m.draw("BT /T3 %g Tf 1 0 0 1 %.2f %.2f Tm <%X> Tj ET", m.size, x, m.y, word)
			x += t.width(word+" ", m.size)
		}
		m.note(t, text)
		m.next()
	}
	m.end("")
}

// outline is the procedure that draws a glyph, in thousandths of an em.
func outline(f *face, r rune) string {
	var b sfnt.Buffer
	segments, err := f.font.LoadGlyph(&b, sfnt.GlyphIndex(f.glyph[r]), fixed.I(1000), nil)
	if err != nil {
		return ""
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%.0f 0 0 -300 1000 1000 d1\n", 1000*f.advance[r])
	at := func(p fixed.Point26_6) (x, y float64) { return float64(p.X) / 64, -float64(p.Y) / 64 }
	var x0, y0 float64
	for _, s := range segments {
		x, y := at(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			fmt.Fprintf(&out, "%.0f %.0f m ", x, y)
		case sfnt.SegmentOpLineTo:
			fmt.Fprintf(&out, "%.0f %.0f l ", x, y)
		case sfnt.SegmentOpQuadTo: // as a cubic
			x2, y2 := at(s.Args[1])
			fmt.Fprintf(&out, "%.0f %.0f %.0f %.0f %.0f %.0f c ", x0+(x-x0)*2/3, y0+(y-y0)*2/3, x2+(x-x2)*2/3, y2+(y-y2)*2/3, x2, y2)
			x, y = x2, y2
		}
		x0, y0 = x, y
	}
	return out.String() + "f"
}
