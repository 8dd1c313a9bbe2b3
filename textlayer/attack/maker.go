package attack

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"

	"ocr-gateway/raster/rastertest"
)

// The pages are A4.
const (
	pageWidth, pageHeight = 595.0, 842.0
	left, top, bottom     = 60.0, 780.0, 60.0
)

// maker makes one document.
type maker struct {
	rand     *rand.Rand
	pdf      *rastertest.PDF
	fonts    []*typeface
	programs map[*face]int
	objects  string // further resources
	catalog  string // further keys
	pages    int

	seen    []Page
	kids    []string // the pages' dictionaries
	content bytes.Buffer
	y       float64
	size    float64
	visible []Line
	frame   Page // of the page in the making
}

// begin begins a page.
func (m *maker) begin() {
	m.content.Reset()
	m.y, m.size, m.visible = top, 9+float64(m.rand.IntN(4)), nil
	m.frame = Page{Scale: 1, Y: pageHeight}
}

// end ends it; keys go into its dictionary.
func (m *maker) end(keys string) {
	if !strings.Contains(keys, "MediaBox") {
		keys += fmt.Sprintf("/MediaBox[0 0 %g %g]", pageWidth, pageHeight)
	}
	var fonts strings.Builder
	for _, f := range m.fonts {
		fmt.Fprintf(&fonts, "/%s %d 0 R", f.name, f.object)
	}
	stream := m.pdf.Stream("", m.content.Bytes())
	m.kids = append(m.kids, fmt.Sprintf("/Resources<</Font<<%s>>%s>>/Contents %d 0 R%s", fonts.String(), m.objects, stream, keys))
	m.frame.Lines = m.visible
	m.seen = append(m.seen, m.frame)
}

func (m *maker) finish() []byte {
	for _, k := range m.kids {
		m.pdf.AddPage(k)
	}
	return m.pdf.Bytes(m.catalog)
}

// draw writes operators.
func (m *maker) draw(format string, args ...any) { fmt.Fprintf(&m.content, format+"\n", args...) }

// put sets a text at a place, without saying that it is seen.
func (m *maker) put(f *typeface, x, y, size float64, text string) {
	m.draw("BT /%s %g Tf 1 0 0 1 %.2f %.2f Tm <%s> Tj ET", f.name, size, x, y, f.hex(text))
}

// line sets a text on the next line, and it is seen.
func (m *maker) line(f *typeface, text string) {
	m.put(f, left, m.y, m.size, text)
	m.note(f, text)
	m.next()
}

func (m *maker) next() { m.y -= 1.35 * m.size }

// note says that a text is seen on the line at hand.
func (m *maker) note(f *typeface, text string) { m.noteAt(left, f.widths(text, m.size), text) }

// noteAt says so of a text that begins elsewhere, or of which other glyphs give the widths.
func (m *maker) noteAt(x float64, widths []float64, text string) {
	line := Line{Text: text, Y: m.y}
	for _, w := range widths {
		line.X = append(line.X, x+w/2)
		x += w
	}
	m.visible = append(m.visible, line)
}

// room reports whether the page has room for another line.
func (m *maker) room() bool { return m.y > bottom }

// row is a line of prose of the usual length in a font.
func (m *maker) row(f *typeface) string {
	text := m.text(60 + m.rand.IntN(36))
	for f.width(text, m.size) > pageWidth-2*left {
		text = text[:len(text)-4]
	}
	return strings.TrimSpace(text)
}

// prose sets lines of honest text in a font, as many as there is room for.
func (m *maker) prose(f *typeface, lines int) {
	for range lines {
		if !m.room() {
			return
		}
		m.line(f, m.row(f))
	}
}

// full is a document of pages of prose in a font.
func (m *maker) full(f *typeface, pages int) {
	for range pages {
		m.begin()
		m.prose(f, 100)
		m.end("")
	}
}

// mixed is a document of honest prose, with a lie every few lines. lie sets one and says what is seen of it.
func (m *maker) mixed(pages int, lie func(f *typeface)) {
	f := m.font(honest)
	for range pages {
		m.begin()
		for m.room() {
			m.prose(f, 3+m.rand.IntN(3))
			if m.room() {
				lie(f)
			}
		}
		m.end("")
	}
}
