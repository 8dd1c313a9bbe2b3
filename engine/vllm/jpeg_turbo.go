//go:build turbojpeg && cgo

package vllm

/*
#cgo LDFLAGS: -l:libturbojpeg.a -lm
#include <turbojpeg.h>
*/
import "C"

import (
	"errors"
	"image"
	"unsafe"
)

// JPEGEncoder names the encoder that this build carries.
const JPEGEncoder = "libjpeg-turbo"

// appendJPEG appends img, an *image.RGBA or *image.Gray, to dst.
func appendJPEG(dst []byte, img image.Image, quality int) ([]byte, error) {
	var pixels []byte
	var stride int
	format, sampling := C.int(C.TJPF_RGBA), C.int(C.TJSAMP_420)
	switch img := img.(type) {
	case *image.RGBA:
		pixels, stride = img.Pix, img.Stride
	case *image.Gray:
		pixels, stride = img.Pix, img.Stride
		format, sampling = C.TJPF_GRAY, C.TJSAMP_GRAY
	default:
		return dst, errors.New("the image is neither RGBA nor gray")
	}
	if len(pixels) == 0 {
		return dst, errors.New("the image is empty")
	}
	encoder := C.tjInitCompress()
	if encoder == nil {
		return dst, errors.New("libjpeg-turbo: no memory")
	}
	defer C.tjDestroy(encoder)
	var out *C.uchar // allocated by the encoder
	var size C.ulong
	defer func() { C.tjFree(out) }()
	if C.tjCompress2(encoder, (*C.uchar)(unsafe.Pointer(&pixels[0])), C.int(img.Bounds().Dx()), C.int(stride),
		C.int(img.Bounds().Dy()), format, &out, &size, sampling, C.int(quality), 0) != 0 {
		return dst, errors.New("libjpeg-turbo: " + C.GoString(C.tjGetErrorStr2(encoder)))
	}
	return append(dst, unsafe.Slice((*byte)(out), int(size))...), nil
}
