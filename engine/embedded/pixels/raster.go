// Package pixels holds images in the form the embedded engine works on, bytes in rows, and cuts out,
// straightens and scales parts of them for networks.
package pixels

import (
	"image"
	"image/draw"
)

// Raster is 8-bit pixels with the origin at the top left corner. It shares the memory of the image that it
// was made from.
type Raster struct {
	Pix    []byte
	Stride int
	BPP    int // bytes a pixel: 1 gray, 4 RGBA
	W, H   int
}

// Of views img; images other than *image.RGBA and *image.Gray are copied.
func Of(img image.Image) Raster {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.RGBA:
		return Raster{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4, b.Dx(), b.Dy()}
	case *image.Gray:
		return Raster{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1, b.Dx(), b.Dy()}
	}
	m := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(m, m.Bounds(), img, b.Min, draw.Over)
	return Of(m)
}

// Sub returns the part of s inside r, which must lie within s.
func (s Raster) Sub(r image.Rectangle) Raster {
	return Raster{s.Pix[r.Min.Y*s.Stride+r.Min.X*s.BPP:], s.Stride, s.BPP, r.Dx(), r.Dy()}
}

// Turn returns img turned clockwise by degrees, a multiple of 90.
func Turn(img image.Image, degrees int) image.Image {
	src := Of(img)
	w, h := src.W, src.H
	if degrees%180 != 0 {
		w, h = h, w
	}
	var out image.Image
	var dst Raster
	if src.BPP == 1 {
		m := image.NewGray(image.Rect(0, 0, w, h))
		out, dst = m, Of(m)
	} else {
		m := image.NewRGBA(image.Rect(0, 0, w, h))
		out, dst = m, Of(m)
	}
	// The source offset of dst pixel (x, y) is origin + x*dx + y*dy.
	var origin, dx, dy int
	switch degrees {
	case 0:
		origin, dx, dy = 0, src.BPP, src.Stride
	case 90:
		origin, dx, dy = (src.H-1)*src.Stride, -src.Stride, src.BPP
	case 180:
		origin, dx, dy = (src.H-1)*src.Stride+(src.W-1)*src.BPP, -src.BPP, -src.Stride
	case 270:
		origin, dx, dy = (src.W-1)*src.BPP, src.Stride, -src.BPP
	}
	const block = 32 // pixels: keeps both sides of a quarter turn in the cache
	for by := 0; by < h; by += block {
		for bx := 0; bx < w; bx += block {
			for y := by; y < min(by+block, h); y++ {
				s, d := origin+bx*dx+y*dy, y*dst.Stride+bx*dst.BPP
				for x := bx; x < min(bx+block, w); x++ {
					if src.BPP == 1 {
						dst.Pix[d] = src.Pix[s]
					} else {
						copy(dst.Pix[d:d+4], src.Pix[s:s+4])
					}
					s, d = s+dx, d+dst.BPP
				}
			}
		}
	}
	return out
}
