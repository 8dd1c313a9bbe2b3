package wire

import (
	"encoding/binary"
	"errors"
	"math"
	"unicode/utf8"

	"ocr-gateway/document"
)

// The characters of a page lie packed behind the words, in little-endian: how many fonts and
// characters there are and the sides of the map of strange ink, in uint32; the fonts' hashes;
// the characters, a record and its text each; the bits of the map.

// What the characters of a page may take. A page of small print has some 10,000 in 400 kB.
const (
	maxCharacters = 1 << 15
	maxFonts      = 1 << 10
	maxLetters    = 64 // bytes of text of one character
	MaxDrawnBytes = 3 << 20
)

// TailBytes is what the shared memory has behind the pixels: words, then characters.
const TailBytes = MaxWordBytes + MaxDrawnBytes

// ErrDrawn means that characters are not as PackDrawn packs them.
var ErrDrawn = errors.New("malformed characters")

// drawnHeader and character are as they travel.
type drawnHeader struct{ Fonts, Characters, Step, Width, Height uint32 }

const (
	headerBytes    = 5 * 4
	characterBytes = 4 + 2 + 4*4 + 4*2 + 4
)

// PackDrawn packs the characters of a page; nil when they are too many.
func PackDrawn(d *document.Drawn) []byte {
	if len(d.Characters) > maxCharacters || len(d.Fonts) > maxFonts {
		return nil
	}
	le := binary.LittleEndian
	b := make([]byte, 0, headerBytes+len(d.Fonts)*32+len(d.Characters)*(characterBytes+2)+len(d.Strange.Bits))
	for _, n := range []int{len(d.Fonts), len(d.Characters), d.Strange.Step, d.Strange.Width, d.Strange.Height} {
		b = le.AppendUint32(b, uint32(n))
	}
	for _, f := range d.Fonts {
		b = append(b, f[:]...)
	}
	for i := range d.Characters {
		c := &d.Characters[i]
		if len(c.Text) > maxLetters {
			return nil
		}
		b = le.AppendUint32(b, uint32(c.Glyph))
		b = le.AppendUint16(b, uint16(c.Font))
		for _, v := range []float32{c.X0, c.X1, c.Baseline, c.Size} {
			b = le.AppendUint32(b, math.Float32bits(v))
		}
		for _, v := range c.Ink {
			b = le.AppendUint16(b, uint16(v))
		}
		upright := byte(0)
		if c.Upright {
			upright = 1
		}
		b = append(b, upright, c.Contrast, c.Astray, byte(len(c.Text)))
		b = append(b, c.Text...)
	}
	if b = append(b, d.Strange.Bits...); len(b) > MaxDrawnBytes {
		return nil
	}
	return b
}

// UnpackDrawn checks what a child says are the characters of a page of width x height
// pixels.
func UnpackDrawn(packed []byte, width, height int) (*document.Drawn, error) {
	var h drawnHeader
	n, err := binary.Decode(packed, binary.LittleEndian, &h)
	if err != nil || h.Fonts > maxFonts || h.Characters > maxCharacters || h.Step < 1 || h.Step > MaxSide ||
		h.Width > MaxSide || h.Height > MaxSide || int(h.Width*h.Step) >= width+int(h.Step) || int(h.Height*h.Step) >= height+int(h.Step) {
		return nil, ErrDrawn
	}
	rest := packed[n:]
	if len(rest) < int(h.Fonts)*32+int(h.Characters)*characterBytes {
		return nil, ErrDrawn
	}
	d := &document.Drawn{Fonts: make([]document.FontID, h.Fonts), Characters: make([]document.Character, h.Characters)}
	for i := range d.Fonts {
		rest = rest[copy(d.Fonts[i][:], rest):]
	}
	all := string(rest) // the texts share one string
	for i := range d.Characters {
		c := &d.Characters[i]
		size, ok := unpackCharacter(c, rest, all, width, height)
		if !ok || c.Font >= len(d.Fonts) {
			return nil, ErrDrawn
		}
		rest, all = rest[size:], all[size:]
	}
	d.Strange = document.Blocks{Step: int(h.Step), Width: int(h.Width), Height: int(h.Height), Bits: rest}
	if len(rest) != (int(h.Width)*int(h.Height)+7)/8 {
		return nil, ErrDrawn
	}
	return d, nil
}

// unpackCharacter reads a character and says how many bytes it took. text has the bytes too.
func unpackCharacter(c *document.Character, b []byte, text string, width, height int) (size int, ok bool) {
	if len(b) < characterBytes {
		return 0, false
	}
	le := binary.LittleEndian
	c.Glyph, c.Font = int(le.Uint32(b)), int(le.Uint16(b[4:]))
	for i, v := range []*float32{&c.X0, &c.X1, &c.Baseline, &c.Size} {
		*v = math.Float32frombits(le.Uint32(b[6+4*i:]))
	}
	for i := range c.Ink {
		c.Ink[i] = int(le.Uint16(b[22+2*i:]))
	}
	c.Upright, c.Contrast, c.Astray = b[30] == 1, b[31], b[32]
	size = characterBytes + int(b[33])
	if b[30] > 1 || b[33] > maxLetters || len(b) < size {
		return 0, false
	}
	c.Text = text[characterBytes:size]
	in := c.Ink
	onPage := in[0] <= in[2] && in[1] <= in[3] && in[2] <= width && in[3] <= height
	return size, onPage && utf8.ValidString(c.Text)
}
