package vllm

import (
	"bytes"
	"image"
	"image/jpeg"
	"sync"
)

// encoder appends a JPEG of img, an *image.RGBA or *image.Gray, to dst.
type encoder struct {
	name   string
	append func(dst []byte, img image.Image, quality int) ([]byte, error)
}

// bestEncoder is libjpeg-turbo where the machine has it: it takes a tenth of the
// time of Go's own encoder, which would cost more than all the rest of a page.
var bestEncoder = sync.OnceValue(func() encoder {
	if turboLoads() {
		return encoder{"libjpeg-turbo", appendTurboJPEG}
	}
	return encoder{"image/jpeg", appendGoJPEG}
})

func appendGoJPEG(dst []byte, img image.Image, quality int) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	if err := jpeg.Encode(out, img, &jpeg.Options{Quality: quality}); err != nil {
		return dst, err
	}
	return out.Bytes(), nil
}
