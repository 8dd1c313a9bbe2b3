package embedded

import (
	"image"
	"image/draw"
)

// raster is 8-bit pixels with the origin at its top left corner. It shares
// the memory of the image that it was made from.
type raster struct {
	pix    []byte
	stride int
	bpp    int // bytes a pixel: 1 gray, 4 RGBA
	w, h   int
}

// rasterOf views img; images other than *image.RGBA and *image.Gray are copied.
func rasterOf(img image.Image) raster {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.RGBA:
		return raster{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4, b.Dx(), b.Dy()}
	case *image.Gray:
		return raster{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1, b.Dx(), b.Dy()}
	}
	m := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(m, m.Bounds(), img, b.Min, draw.Over)
	return rasterOf(m)
}

// sub is the part of s inside r, which must lie within s.
func (s raster) sub(r image.Rectangle) raster {
	return raster{s.pix[r.Min.Y*s.stride+r.Min.X*s.bpp:], s.stride, s.bpp, r.Dx(), r.Dy()}
}

// turn returns img turned clockwise by degrees, a multiple of 90.
func turn(img image.Image, degrees int) image.Image {
	src := rasterOf(img)
	w, h := src.w, src.h
	if degrees%180 != 0 {
		w, h = h, w
	}
	var out image.Image
	var dst raster
	if src.bpp == 1 {
		m := image.NewGray(image.Rect(0, 0, w, h))
		out, dst = m, rasterOf(m)
	} else {
		m := image.NewRGBA(image.Rect(0, 0, w, h))
		out, dst = m, rasterOf(m)
	}
	// The source offset of dst pixel (x, y) is origin + x*dx + y*dy.
	var origin, dx, dy int
	switch degrees {
	case 0:
		origin, dx, dy = 0, src.bpp, src.stride
	case 90:
		origin, dx, dy = (src.h-1)*src.stride, -src.stride, src.bpp
	case 180:
		origin, dx, dy = (src.h-1)*src.stride+(src.w-1)*src.bpp, -src.bpp, -src.stride
	case 270:
		origin, dx, dy = (src.w-1)*src.bpp, src.stride, -src.bpp
	}
	const block = 32 // pixels: keeps both sides of a quarter turn in the cache
	for by := 0; by < h; by += block {
		for bx := 0; bx < w; bx += block {
			for y := by; y < min(by+block, h); y++ {
				s, d := origin+bx*dx+y*dy, y*dst.stride+bx*dst.bpp
				for x := bx; x < min(bx+block, w); x++ {
					if src.bpp == 1 {
						dst.pix[d] = src.pix[s]
					} else {
						copy(dst.pix[d:d+4], src.pix[s:s+4])
					}
					s, d = s+dx, d+dst.bpp
				}
			}
		}
	}
	return out
}
