// Package picture encodes parts of pages as images.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"ocr-gateway/document"
)

// Kind is how an image is encoded.
type Kind struct{ MediaType, Extension string }

var (
	kindPNG  = Kind{"image/png", ".png"}
	kindJPEG = Kind{"image/jpeg", ".jpg"}
)

// jpegQuality is where artifacts are not seen at the size of the page.
const jpegQuality = 85

// Encode cuts box out of a page: drawings as PNG, which keeps their edges
// and is small for them, photographs and noisy scans as JPEG.
func Encode(page image.Image, box document.BBox) ([]byte, Kind, error) {
	sub, ok := page.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok {
		return nil, kindPNG, fmt.Errorf("a page of type %T", page)
	}
	crop := sub.SubImage(box.Rect().Add(page.Bounds().Min))
	if crop.Bounds().Empty() {
		return nil, kindPNG, errors.New("the box has no part of the page")
	}
	var out bytes.Buffer
	if drawn(crop) {
		err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, crop)
		return out.Bytes(), kindPNG, err
	}
	err := jpeg.Encode(&out, crop, &jpeg.Options{Quality: jpegQuality})
	return out.Bytes(), kindJPEG, err
}

// drawn tells drawings from photographs and lossy scans: at least 85 in 100 of their
// pixels are what their left neighbors are. Rendered text has 93, photographs have
// 10 to 35 and pages that were JPEG once 60 to 84.
func drawn(img image.Image) bool {
	pix, stride, size, ok := Bytes(img)
	if !ok {
		return false
	}
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	same := 0
	for y := range height {
		row := pix[y*stride : y*stride+width*size]
		for x := size; x < len(row); x += size {
			if size == 1 && row[x] == row[x-1] || size == 4 && [4]byte(row[x:]) == [4]byte(row[x-4:]) {
				same++
			}
		}
	}
	return 20*same >= 17*(width-1)*height
}

// Bytes returns the pixels of an image as rasterizers make them, and how many bytes
// lie from row to row and are in one pixel. It is not ok for other images.
func Bytes(img image.Image) (pix []byte, stride, size int, ok bool) {
	switch img := img.(type) {
	case *image.RGBA:
		return img.Pix, img.Stride, 4, true
	case *image.Gray:
		return img.Pix, img.Stride, 1, true
	}
	return nil, 0, 0, false
}
