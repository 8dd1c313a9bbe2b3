package decode

import (
	"image"

	"github.com/disintegration/imaging"
)

// turn makes an opaque image upright. imaging turns counter-clockwise, EXIF names
// what was done to the image, so 6 (stored turned left) is undone by 270.
func turn(img image.Image, o orientation) image.Image {
	var turned *image.NRGBA
	switch o {
	case 2:
		turned = imaging.FlipH(img)
	case 3:
		turned = imaging.Rotate180(img)
	case 4:
		turned = imaging.FlipV(img)
	case 5:
		turned = imaging.Transpose(img)
	case 6:
		turned = imaging.Rotate270(img)
	case 7:
		turned = imaging.Transverse(img)
	case 8:
		turned = imaging.Rotate90(img)
	default:
		return img
	}
	if _, gray := img.(*image.Gray); !gray {
		// Opaque NRGBA and RGBA are the same bytes.
		return &image.RGBA{Pix: turned.Pix, Stride: turned.Stride, Rect: turned.Rect}
	}
	dst := image.NewGray(turned.Rect)
	for i := range dst.Pix {
		dst.Pix[i] = turned.Pix[4*i]
	}
	return dst
}
