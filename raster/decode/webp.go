package decode

import (
	"image"
	"io"

	"golang.org/x/image/webp"
)

// decodeWebP corrects what x/image/webp leaves to its caller: lossy WebP holds video
// levels (RFC 6386 section 9.2: luma 16 to 235, chroma 16 to 240), while Go's YCbCr is
// JPEG's full range. Without this, white paper comes out gray.
func decodeWebP(r io.Reader) (image.Image, error) {
	img, err := webp.Decode(r)
	switch src := img.(type) {
	case *image.YCbCr:
		fullRange(src)
	case *image.NYCbCrA:
		fullRange(&src.YCbCr)
	}
	return img, err
}

func fullRange(img *image.YCbCr) {
	var luma, chroma [256]uint8
	for i := range 256 {
		luma[i] = clamp8(((i-16)*255 + 109) / 219)
		chroma[i] = clamp8(128 + ((i-128)*255)/224)
	}
	for i, v := range img.Y {
		img.Y[i] = luma[v]
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = chroma[img.Cb[i]], chroma[img.Cr[i]]
	}
}

func clamp8(v int) uint8 { return uint8(max(0, min(v, 255))) }
