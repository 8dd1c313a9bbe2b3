//go:build !turbojpeg || !cgo

package vllm

import (
	"bytes"
	"image"
	"image/jpeg"
)

// JPEGEncoder names the encoder that this build carries.
const JPEGEncoder = "image/jpeg"

// appendJPEG appends img, an *image.RGBA or *image.Gray, to dst.
func appendJPEG(dst []byte, img image.Image, quality int) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	if err := jpeg.Encode(out, img, &jpeg.Options{Quality: quality}); err != nil {
		return dst, err
	}
	return out.Bytes(), nil
}
