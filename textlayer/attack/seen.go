package attack

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Kinds whose text is not seen, or not so.

// hidden sets lies that nobody sees among honest lines: before and after hide them.
func (m *maker) hidden(before, after string) {
	m.mixed(2, func(f *typeface) {
		text := m.row(f)
		m.draw("q")
		m.draw("%s", before)
		m.put(f, left, m.y, m.size, text)
		m.draw("%s", strings.NewReplacer("X", fmt.Sprint(left-5), "Y", fmt.Sprint(m.y-4), "W", "500", "H", fmt.Sprint(m.size+6)).Replace(after))
		m.draw("Q")
		m.next()
	})
}

func white(m *maker)   { m.hidden("1 1 1 rg", "") }
func covered(m *maker) { m.hidden("", "1 1 1 rg X Y W H re f") }
func pale(m *maker)    { m.hidden([]string{".99 g", ".97 g", ".95 g"}[m.rand.IntN(3)], "") }

func clipped(m *maker) {
	m.hidden([]string{"0 0 1 1 re W n", "0 0 595 20 re W n"}[m.rand.IntN(2)], "")
}

func (m *maker) state(keys string) {
	m.objects += fmt.Sprintf("/ExtGState<</G0 %d 0 R>>", m.pdf.Add("<<%s>>", keys))
}

func transparent(m *maker) {
	m.state(fmt.Sprintf("/ca %g/CA %g", []float64{0, .02, .05}[m.rand.IntN(3)], 0.0))
	m.hidden("/G0 gs", "")
}

func invisible(m *maker) { m.hidden("3 Tr", "") }

// tiny sets whole lines in a height that nobody can read.
func tiny(m *maker) {
	size := []float64{.3, .8, 1.5, 2.2}[m.rand.IntN(4)]
	m.mixed(2, func(f *typeface) {
		m.put(f, left, m.y, size, m.row(f))
		m.next()
	})
}

func offPage(m *maker) {
	m.mixed(2, func(f *typeface) {
		text := m.row(f)
		switch m.rand.IntN(3) {
		case 0: // begins left of the page
			m.put(f, -f.width(text[:8], m.size)-2, m.y, m.size, text)
			m.noteAt(-2, f.widths(text[8:], m.size), text[8:])
		case 1:
			m.put(f, 700, m.y, m.size, text)
		default:
			m.put(f, 300, -4, m.size, text)
		}
		m.next()
	})
}

// picture adds an image, gray, of w x h pixels.
func (m *maker) picture(name string, img *image.Gray) {
	b := img.Bounds()
	n := m.pdf.Stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray", b.Dx(), b.Dy()), img.Pix)
	m.objects += fmt.Sprintf("/XObject<</%s %d 0 R>>", name, n)
}

func noise(m *maker, w, h, least int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(least + m.rand.IntN(256-least))
	}
	return img
}

func behindImage(m *maker) {
	m.picture("P0", noise(m, 60, 8, 0))
	m.hidden("", "q W 0 0 H X Y cm /P0 Do Q")
}

// beforeImage sets text on a picture, so busy that not every letter is to be told.
func beforeImage(m *maker) {
	m.picture("P0", noise(m, 300, 40, []int{0, 60, 150}[m.rand.IntN(3)]))
	m.mixed(2, func(f *typeface) {
		m.draw("q 490 0 0 %g %g %g cm /P0 Do Q", m.size+6, left-5, m.y-4)
		m.line(f, m.row(f))
	})
}

// scan is a picture of lines as a scanner sees a page, and the lines.
func (m *maker) scan(lines int) (*image.Gray, []string) {
	const perPoint = 2.0
	img := image.NewGray(image.Rect(0, 0, int(pageWidth*perPoint), int(pageHeight*perPoint)))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.Gray{245}), image.Point{}, draw.Src)
	f := faces()[m.rand.IntN(len(faces()))]
	drawer, err := opentype.NewFace(f.font, &opentype.FaceOptions{Size: m.size * perPoint, DPI: 72})
	if err != nil {
		panic(err) // a font of a module
	}
	var texts []string
	y := m.y
	for range lines {
		text := m.row(&typeface{face: f})
		d := font.Drawer{Dst: img, Src: image.NewUniform(color.Gray{30}), Face: drawer, Dot: fixed.P(int(left*perPoint), int((pageHeight-y)*perPoint))}
		d.DrawString(text)
		texts = append(texts, text)
		y -= 1.35 * m.size
	}
	return img, texts
}

// layered is a scan with a layer of text in which some words are others. mode is how it is painted.
func (m *maker) layered(pictureFirst bool, mode string) {
	m.begin()
	img, texts := m.scan(30)
	m.picture("P0", img)
	f := m.font(honest)
	show := fmt.Sprintf("q %g 0 0 %g 0 0 cm /P0 Do Q", pageWidth, pageHeight)
	if pictureFirst {
		m.draw("%s", show)
	}
	m.draw("q %s", mode)
	for _, text := range texts {
		fields := strings.Fields(text)
		for i := range fields {
			if m.rand.IntN(5) == 0 {
				fields[i] = words[m.rand.IntN(len(words))]
			}
		}
		m.put(f, left, m.y, m.size, strings.Join(fields, " "))
		m.note(f, text)
		m.next()
	}
	m.draw("Q")
	if !pictureFirst {
		m.draw("%s", show)
	}
	m.end("")
	m.objects = ""
	m.full(f, 1)
}

func sandwich(m *maker) { m.layered(true, "3 Tr") }

// visibleSandwich has the layer painted, behind the picture or so that it is not seen before it.
func visibleSandwich(m *maker) {
	if m.rand.IntN(2) == 0 {
		m.layered(false, "")
		return
	}
	m.layered(true, ".96 g")
}

func doubled(m *maker) {
	f := m.font(honest)
	m.begin()
	for m.room() {
		text := m.row(f)
		m.put(f, left+.15, m.y, m.size, text)
		m.line(f, text)
	}
	m.end("")
}

func shadow(m *maker) {
	f := m.font(honest)
	m.begin()
	for m.room() {
		text := m.row(f)
		if m.rand.IntN(2) == 0 {
			m.draw(".7 g")
			m.put(f, left+1, m.y-1, m.size, text)
			m.draw("0 g")
		}
		m.line(f, text)
	}
	m.end("")
}

func optionalOff(m *maker) {
	group := m.pdf.Add("<</Type/OCG/Name(off)>>")
	m.catalog = fmt.Sprintf("/OCProperties<</OCGs[%d 0 R]/D<</OFF[%d 0 R]>>>>", group, group)
	m.objects = fmt.Sprintf("/Properties<</OC0 %d 0 R>>", group)
	m.hidden("/OC /OC0 BDC", "EMC")
}

func clipMode(m *maker) {
	m.mixed(2, func(f *typeface) {
		text := m.row(f)
		fill := []string{"", fmt.Sprintf("0 g %g %g 500 30 re f", left, m.y-8)}[m.rand.IntN(2)]
		m.draw("q 7 Tr")
		m.put(f, left, m.y, m.size, text)
		m.draw("%s Q", fill)
		if fill != "" {
			m.note(f, text)
		}
		m.next()
	})
}
