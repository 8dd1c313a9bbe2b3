package decode

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"
	gwebp "github.com/gen2brain/webp"
	"golang.org/x/image/bmp"

	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/mupdf"
)

// goDecoders are written in Go, whose memory an image cannot take over. Of an animated
// GIF the first frame is decoded, of an MPO the first image.
var goDecoders = map[kind.Kind]func(io.Reader) (image.Image, error){
	kind.PNG:  png.Decode,
	kind.JPEG: jpeg.Decode,
	kind.GIF:  gif.Decode,
	kind.BMP:  bmp.Decode,
	kind.WebP: decodeWebP,
}

// decodeSafely turns a panic of a decoder into an error.
func decodeSafely(k kind.Kind, data []byte) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder panic: %v", p)
		}
	}()
	decode, ok := goDecoders[k]
	if !ok {
		return nil, errors.New("no decoder in Go")
	}
	img, err = decode(bufio.NewReader(bytes.NewReader(data)))
	if err == nil && img.Bounds().Empty() {
		err = errors.New("image has no pixels")
	}
	return img, err
}

// decodeLenient uses the second decoder for a kind of image, or its only one.
func decodeLenient(k kind.Kind, data []byte) (image.Image, error) {
	switch k {
	case kind.HEIC:
		return heic.Decode(bytes.NewReader(data))
	case kind.AVIF:
		return avif.Decode(bytes.NewReader(data))
	case kind.WebP:
		return gwebp.Decode(bytes.NewReader(data))
	case kind.JPEG:
		return mupdf.Decode(mupdf.JPEG, data, 0)
	case kind.PNG:
		return mupdf.Decode(mupdf.PNG, data, 0)
	case kind.BMP:
		return mupdf.Decode(mupdf.BMP, data, 0)
	case kind.GIF:
		return mupdf.Decode(mupdf.GIF, data, 0)
	}
	return nil, errors.New("no decoder")
}
