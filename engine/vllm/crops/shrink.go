package crops

import "image"

// Shrink scales img, an *image.RGBA or *image.Gray, down to w x h pixels by averaging the area that each new
// pixel covers. That keeps thin strokes, which interpolation between neighbors would miss, and needs only one
// row of memory.
func Shrink(img image.Image, w, h int) image.Image {
	switch img := img.(type) {
	case *image.Gray:
		out := image.NewGray(image.Rect(0, 0, w, h))
		average(raster{img.Pix, img.Stride, img.Rect.Dx(), img.Rect.Dy()}, raster{out.Pix, out.Stride, w, h}, 1)
		return out
	case *image.RGBA:
		out := image.NewRGBA(image.Rect(0, 0, w, h))
		average(raster{img.Pix, img.Stride, img.Rect.Dx(), img.Rect.Dy()}, raster{out.Pix, out.Stride, w, h}, 4)
		return out
	}
	return img
}

// raster is rows of interleaved channels.
type raster struct {
	pix    []byte
	stride int
	w, h   int
}

// average fills dst, which is no larger than src in either direction. Areas are counted in units of 1/dst.w
// by 1/dst.h of a source pixel, in which everything is an integer.
func average(src, dst raster, channels int) {
	row := make([]uint32, dst.w*channels) // one source row scaled across, each value times src.w
	sum := make([]uint64, dst.w*channels)
	area := uint64(src.w) * uint64(src.h)
	y, left := 0, 0 // the current source row, and how much of it is still to be used
	for out := range dst.h {
		clear(sum)
		for need := src.h; need > 0; {
			if left == 0 {
				across(src.pix[y*src.stride:], src.w, row, dst.w, channels)
				y, left = y+1, dst.h
			}
			part := min(need, left)
			for i, v := range row {
				sum[i] += uint64(v) * uint64(part)
			}
			need, left = need-part, left-part
		}
		line := dst.pix[out*dst.stride:]
		for i, v := range sum {
			line[i] = byte((v + area/2) / area)
		}
	}
}

// across scales one row from w to len(row)/channels pixels.
func across(pix []byte, w int, row []uint32, dw, channels int) {
	clear(row)
	x, left := 0, dw
	for out := range dw {
		cell := row[out*channels : (out+1)*channels]
		for need := w; need > 0; {
			part := min(need, left)
			for c := range cell {
				cell[c] += uint32(pix[x*channels+c]) * uint32(part)
			}
			if need, left = need-part, left-part; left == 0 {
				x, left = x+1, dw
			}
		}
	}
}
