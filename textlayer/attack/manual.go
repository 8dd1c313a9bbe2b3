package attack

import (
	"fmt"
	"math/rand/v2"

	"ocr-gateway/raster/rastertest"
)

// Manual is an honest document as manuals are: running heads, headings, paragraphs, lists, a
// ruled table on every eighth page and a drawing on every tenth. It is for measuring.
func Manual(pages int, seed uint64) Document {
	m := &maker{rand: rand.New(rand.NewPCG(seed, 400)), pdf: rastertest.NewPDF()}
	body, bold, italic := m.embed(faces()[0], "AAAAAA+Body", honest, "Identity-H"), m.embed(faces()[1], "AAAAAB+Bold", honest, "Identity-H"), m.embed(faces()[2], "AAAAAC+Slanted", honest, "Identity-H")
	for n := range pages {
		m.begin()
		m.size = 10
		m.put(italic, left, 805, 9, "Operating manual, volume 2")
		m.put(body, pageWidth/2, 30, 9, fmt.Sprint(n+1))
		if n%8 == 7 {
			m.table(body, bold)
		}
		if n%10 == 9 {
			m.drawing(body)
		}
		for part := 1; m.y > bottom+60; part++ {
			m.heading(bold, fmt.Sprintf("%d.%d %s", n+1, part, m.text(24)))
			for range 1 + m.rand.IntN(2) {
				m.paragraph(body)
			}
			if m.rand.IntN(3) == 0 {
				for i := 1; i <= 4 && m.room(); i++ {
					m.put(body, left+15, m.y, m.size, fmt.Sprintf("%d. %s", i, m.text(50)))
					m.next()
				}
				m.y -= 6
			}
		}
		m.end("")
	}
	return Document{Kind: "manual", PDF: m.finish(), Pages: m.seen}
}

func (m *maker) heading(f *typeface, text string) {
	m.y -= 8
	m.size = 14
	m.line(f, text)
	m.size = 10
	m.y -= 2
}

func (m *maker) paragraph(f *typeface) {
	for range 3 + m.rand.IntN(5) {
		if m.room() {
			m.line(f, m.row(f))
		}
	}
	if m.room() {
		m.line(f, m.text(30)+".")
	}
	m.y -= 7
}

// table is a ruled table of five columns.
func (m *maker) table(body, bold *typeface) {
	const rows, columns, width, height = 9, 5, 90.0, 18.0
	head := m.y + 12
	for r := range rows {
		f := body
		if r == 0 {
			f = bold
		}
		for c := range columns {
			text := m.number()
			if c == 0 || r == 0 {
				text = m.text(10)
			}
			m.put(f, left+float64(c)*width+4, m.y, 9, text)
		}
		m.draw(".6 w %g %g m %g %g l S", left, m.y+12, left+columns*width, m.y+12)
		m.y -= height
	}
	m.draw("%g %g m %g %g l S", left, m.y+12, left+columns*width, m.y+12)
	for c := range columns + 1 {
		x := left + float64(c)*width
		m.draw("%g %g m %g %g l S", x, head, x, m.y+12)
	}
	m.y -= 14
}

// drawing is a chart of bars with labels.
func (m *maker) drawing(f *typeface) {
	foot := m.y - 130
	m.draw("1 w %g %g m %g %g l %g %g l S", left+30, m.y, left+30, foot, left+400, foot)
	for i := range 8 {
		h := 20 + 100*m.rand.Float64()
		m.draw(".4 .5 .8 rg %g %g 24 %.1f re f 0 g", left+45+float64(i)*42, foot, h)
		m.put(f, left+45+float64(i)*42, foot-12, 8, m.number())
	}
	m.put(f, left+60, foot-28, 9, "Figure: "+m.text(30))
	m.y = foot - 46
}
