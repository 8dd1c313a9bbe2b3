package searchable

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// FontName is the name of the font, which is embedded whole.
const FontName = "Invisible"

// Advance is how wide a character is, in thousandths of the font's size. Characters are as
// high as that and stand on the baseline.
const Advance = 500

// Font is a font without shapes: it has every character that it is asked for. Characters have
// codes of two bytes, in the order in which they come.
type Font struct {
	codes      map[rune]uint16
	characters []rune // of the codes from 1
}

// NewFont is a font without characters.
func NewFont() *Font { return &Font{codes: map[rune]uint16{}} }

// code is the code of a character; 0, which is no character, when there are too many.
func (f *Font) code(r rune) uint16 {
	code, known := f.codes[r]
	if !known && len(f.characters) < 0xfffe {
		f.characters = append(f.characters, r)
		code = uint16(len(f.characters))
		f.codes[r] = code
	}
	return code
}

// Glyphs maps the codes to glyphs of the program: all have the same.
func (f *Font) Glyphs() []byte {
	return append(make([]byte, 2), bytes.Repeat([]byte{0, 1}, len(f.characters))...)
}

// Unicode maps the codes to text: a CMap as ToUnicode has it (ISO 32000-1, 9.10.3).
func (f *Font) Unicode() []byte {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const most = 100 // of an operator
	for from := 0; from < len(f.characters); from += most {
		part := f.characters[from:min(from+most, len(f.characters))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for i, r := range part {
			fmt.Fprintf(&b, "<%04X> <", from+i+1)
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "%04X", unit)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return []byte(b.String())
}

// table is a table of a TrueType font, as big-endian numbers.
type table struct {
	tag  string
	data []byte
}

func numbers(values ...any) []byte {
	var b []byte
	for _, v := range values {
		b, _ = binary.Append(b, binary.BigEndian, v) // of fixed size: it cannot fail
	}
	return b
}

// Program is a TrueType font (OpenType 1.9) of two glyphs of nothing.
func Program() []byte {
	const version, magic, glyphs = uint32(0x10000), uint32(0x5f0f3cf5), uint16(2)
	tables := []table{
		{"OS/2", numbers(uint16(3), int16(Advance), uint16(400), uint16(5), [28]byte{}, [10]byte{}, [16]byte{}, [4]byte{' ', ' ', ' ', ' '}, uint16(0x40), uint16(0), uint16(0xffff), int16(1000), int16(0), int16(0), uint16(1000), uint16(0), [8]byte{}, int16(500), int16(1000), uint16(0), uint16(0), uint16(0))},
		// No character is looked up here: one segment that ends all.
		{"cmap", numbers(uint16(0), uint16(1), uint16(3), uint16(1), uint32(12), uint16(4), uint16(24), uint16(0), uint16(2), uint16(2), uint16(0), uint16(0), uint16(0xffff), uint16(0), uint16(0xffff), uint16(1), uint16(0))},
		{"glyf", make([]byte, 4)},
		{"head", numbers(version, version, uint32(0), magic, uint16(11), uint16(1000), uint64(0), uint64(0), int16(0), int16(0), int16(Advance), int16(1000), uint16(0), uint16(8), int16(2), int16(0), int16(0))},
		{"hhea", numbers(version, int16(1000), int16(0), int16(0), uint16(Advance), int16(0), int16(0), int16(Advance), int16(1), int16(0), int16(0), [8]byte{}, int16(0), uint16(1))},
		{"hmtx", numbers(uint16(Advance), int16(0), int16(0))},
		{"loca", make([]byte, 6)},
		{"maxp", numbers(version, glyphs, [8]byte{}, uint16(1), [16]byte{})},
		{"name", numbers(uint16(0), uint16(0), uint16(6))},
		{"post", numbers(uint32(0x30000), uint32(0), int16(-100), int16(50), [16]byte{})},
	}
	out := numbers(version, uint16(len(tables)), uint16(128), uint16(3), uint16(32))
	at := len(out) + 16*len(tables)
	var body []byte
	head := 0
	for _, t := range tables {
		if t.tag == "head" {
			head = at
		}
		padded := append(t.data, make([]byte, -len(t.data)&3)...)
		out = append(out, numbers([]byte(t.tag), sum(padded), uint32(at), uint32(len(t.data)))...)
		body = append(body, padded...)
		at += len(padded)
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out[head+8:], 0xb1b0afba-sum(out)) // checkSumAdjustment
	return out
}

// sum adds up the words of a font.
func sum(data []byte) (total uint32) {
	for ; len(data) >= 4; data = data[4:] {
		total += binary.BigEndian.Uint32(data)
	}
	return total
}
