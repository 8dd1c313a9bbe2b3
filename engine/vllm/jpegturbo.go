package vllm

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>

// The interface of TurboJPEG 1 to 3, from its header. The library is opened at run
// time because it can be absent, and because it cannot be linked statically beside
// MuPDF, which brings a libjpeg with the same names inside.
static void *(*tj_init)(void);
static int (*tj_destroy)(void *);
static void (*tj_free)(unsigned char *);
static int (*tj_compress)(void *, const unsigned char *, int width, int pitch, int height, int format,
                          unsigned char **, unsigned long *, int sampling, int quality, int flags);

static int turbo_load(void) {
	void *lib = dlopen("libturbojpeg.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!lib) return 0;
	tj_init = (void *(*)(void))dlsym(lib, "tjInitCompress");
	tj_destroy = (int (*)(void *))dlsym(lib, "tjDestroy");
	tj_free = (void (*)(unsigned char *))dlsym(lib, "tjFree");
	tj_compress = (int (*)(void *, const unsigned char *, int, int, int, int, unsigned char **, unsigned long *, int, int, int))dlsym(lib, "tjCompress2");
	return tj_init && tj_destroy && tj_free && tj_compress;
}

static int turbo_compress(const unsigned char *pixels, int width, int pitch, int height, int format,
                          unsigned char **out, unsigned long *size, int sampling, int quality) {
	void *encoder = tj_init();
	if (!encoder) return -1;
	int failed = tj_compress(encoder, pixels, width, pitch, height, format, out, size, sampling, quality, 0);
	tj_destroy(encoder);
	return failed;
}

static void turbo_free(unsigned char *p) { if (p) tj_free(p); }
*/
import "C"

import (
	"errors"
	"image"
	"unsafe"
)

// Constants of turbojpeg.h: pixel formats and chroma sampling.
const (
	turboGray, turboRGBA   = 6, 7
	turbo420, turboSingles = 2, 3
)

func turboLoads() bool { return C.turbo_load() != 0 }

func appendTurboJPEG(dst []byte, img image.Image, quality int) ([]byte, error) {
	var pixels []byte
	var stride, format, sampling int
	switch img := img.(type) {
	case *image.RGBA:
		pixels, stride, format, sampling = img.Pix, img.Stride, turboRGBA, turbo420
	case *image.Gray:
		pixels, stride, format, sampling = img.Pix, img.Stride, turboGray, turboSingles
	}
	if len(pixels) == 0 {
		return dst, errors.New("libjpeg-turbo: the image is empty or neither RGBA nor gray")
	}
	size := img.Bounds().Size()
	var out *C.uchar // allocated by the library
	var length C.ulong
	defer func() { C.turbo_free(out) }()
	if C.turbo_compress((*C.uchar)(unsafe.Pointer(&pixels[0])), C.int(size.X), C.int(stride), C.int(size.Y),
		C.int(format), &out, &length, C.int(sampling), C.int(quality)) != 0 {
		return dst, errors.New("libjpeg-turbo: the image cannot be encoded")
	}
	return append(dst, unsafe.Slice((*byte)(out), int(length))...), nil
}
