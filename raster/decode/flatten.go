package decode

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
)

// flatten makes a decoded image an opaque *image.RGBA, or an *image.Gray when it
// is one, with its corner at the origin. Transparent parts become white paper. Ink
// that is too pale to be seen on white was made for a dark ground: it is put on
// black and inverted, so that it becomes dark on white. Pixels in color are written to
// room where it is large enough, else to memory of their own.
func flatten(img image.Image, room []byte) image.Image {
	if gray, ok := toGray(img); ok {
		return gray
	}
	rgba := toRGBA(img, room)
	if hasNoAlpha(img) || opaque(rgba.Pix) {
		return rgba
	}
	if paleInk(rgba.Pix) {
		for i := 0; i < len(rgba.Pix); i += 4 {
			p := rgba.Pix[i : i+4 : i+4]
			p[0], p[1], p[2], p[3] = 255-p[0], 255-p[1], 255-p[2], 255
		}
		return rgba
	}
	for i := 0; i < len(rgba.Pix); i += 4 {
		p := rgba.Pix[i : i+4 : i+4]
		// Premultiplied: paper shines through by what alpha leaves. A hostile
		// color above its alpha would overflow.
		paper := 255 - int(p[3])
		p[0], p[1], p[2] = clamp8(int(p[0])+paper), clamp8(int(p[1])+paper), clamp8(int(p[2])+paper)
		p[3] = 255
	}
	return rgba
}

// hasNoAlpha reports whether images of a type are opaque, whatever they show.
func hasNoAlpha(img image.Image) bool {
	switch img.(type) {
	case *image.YCbCr, *image.CMYK:
		return true
	}
	return false
}

// opaque reports whether all of RGBA pixels are. It looks at two at a time, which takes
// a third of the time of image.RGBA's method.
func opaque(pix []byte) bool {
	const alphas = 0xff000000_ff000000
	for ; len(pix) >= 8; pix = pix[8:] {
		if binary.LittleEndian.Uint64(pix)&alphas != alphas {
			return false
		}
	}
	return len(pix) == 0 || pix[3] == 255
}

// paleInk reports whether premultiplied RGBA pixels would leave next to nothing to
// see on white although they hold something. Ink is seen when it is darker than
// 3/4 of white; one pixel in 200 of what is not transparent must be.
func paleInk(pix []byte) bool {
	const visible = 255 * 3 / 4
	covered, seen := 0, 0
	for i := 0; i < len(pix); i += 4 {
		p := pix[i : i+4 : i+4]
		if p[3] < 64 {
			continue
		}
		covered++
		paper := 255 - int(p[3])
		if luma(int(p[0])+paper, int(p[1])+paper, int(p[2])+paper) < visible {
			seen++
		}
	}
	return covered > 0 && seen*200 < covered
}

// luma is the brightness of a color by the weights of Rec. 601.
func luma(r, g, b int) int { return (299*r + 587*g + 114*b) / 1000 }

// toGray returns images that are stored gray and opaque as *image.Gray.
func toGray(img image.Image) (*image.Gray, bool) {
	b := img.Bounds()
	switch src := img.(type) {
	case *image.Gray:
		return &image.Gray{Pix: src.Pix, Stride: src.Stride, Rect: b.Sub(b.Min)}, true
	case *image.Gray16:
		dst := image.NewGray(b.Sub(b.Min))
		for y := range b.Dy() {
			row := src.Pix[y*src.Stride:]
			for x := range b.Dx() {
				dst.Pix[y*dst.Stride+x] = row[2*x] // big-endian: the high byte
			}
		}
		return dst, true
	case *image.Paletted:
		levels, ok := grayPalette(src.Palette)
		if !ok {
			return nil, false
		}
		dst := image.NewGray(b.Sub(b.Min))
		for y := range b.Dy() {
			row := src.Pix[y*src.Stride:]
			for x := range b.Dx() {
				dst.Pix[y*dst.Stride+x] = levels[row[x]]
			}
		}
		return dst, true
	}
	return nil, false
}

// grayPalette returns the levels of a palette that has neither color nor
// transparency. Indices beyond it are black.
func grayPalette(p color.Palette) (levels [256]uint8, ok bool) {
	for i, c := range p {
		r, g, b, a := c.RGBA()
		if r != g || g != b || a != 0xffff || i > 255 {
			return levels, false
		}
		levels[i] = uint8(r >> 8)
	}
	return levels, true
}

// toRGBA converts to premultiplied RGBA with the corner at the origin, in place where it
// can, else in room where that is large enough.
func toRGBA(img image.Image, room []byte) *image.RGBA {
	b := img.Bounds()
	if rgba, ok := img.(*image.RGBA); ok && rgba.Stride == 4*b.Dx() {
		return &image.RGBA{Pix: rgba.Pix, Stride: rgba.Stride, Rect: b.Sub(b.Min)}
	}
	bytes := 4 * b.Dx() * b.Dy()
	if len(room) < bytes {
		room = make([]byte, bytes)
	}
	dst := &image.RGBA{Pix: room[:bytes:bytes], Stride: 4 * b.Dx(), Rect: b.Sub(b.Min)}
	if src, ok := img.(*image.Paletted); ok {
		drawPaletted(dst, src)
		return dst
	}
	draw.Draw(dst, dst.Rect, img, b.Min, draw.Src)
	return dst
}

// drawPaletted looks each color up once; draw.Draw asks for every pixel.
func drawPaletted(dst *image.RGBA, src *image.Paletted) {
	var colors [256][4]uint8
	for i, c := range src.Palette[:min(len(src.Palette), 256)] {
		rgba := color.RGBAModel.Convert(c).(color.RGBA)
		colors[i] = [4]uint8{rgba.R, rgba.G, rgba.B, rgba.A}
	}
	for y := range dst.Rect.Dy() {
		in, out := src.Pix[y*src.Stride:], dst.Pix[y*dst.Stride:]
		for x := range dst.Rect.Dx() {
			copy(out[4*x:4*x+4], colors[in[x]][:])
		}
	}
}
