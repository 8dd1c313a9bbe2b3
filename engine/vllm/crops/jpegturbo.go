package crops

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>

// The interface of TurboJPEG 1 to 3, from its header. The library is opened at run time because it may be
// missing, and because it cannot be linked statically beside MuPDF, which contains a libjpeg with the same
// names.
typedef struct {
	void *(*init)(void);
	int (*destroy)(void *);
	void (*free)(unsigned char *);
	int (*compress)(void *, const unsigned char *, int width, int pitch, int height, int format,
	                unsigned char **, unsigned long *, int sampling, int quality, int flags);
} turbo;

// turbo_open returns why the library cannot be used, or NULL. It stays loaded.
static const char *turbo_open(turbo *t, const char *path) {
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!lib) return dlerror();
	t->init = (void *(*)(void))dlsym(lib, "tjInitCompress");
	t->destroy = (int (*)(void *))dlsym(lib, "tjDestroy");
	t->free = (void (*)(unsigned char *))dlsym(lib, "tjFree");
	t->compress = (int (*)(void *, const unsigned char *, int, int, int, int, unsigned char **, unsigned long *, int, int, int))dlsym(lib, "tjCompress2");
	return t->init && t->destroy && t->free && t->compress ? NULL : "it lacks a function of TurboJPEG";
}

static int turbo_compress(const turbo *t, const unsigned char *pixels, int width, int pitch, int height, int format,
                          unsigned char **out, unsigned long *size, int sampling, int quality) {
	void *encoder = t->init();
	if (!encoder) return -1;
	int failed = t->compress(encoder, pixels, width, pitch, height, format, out, size, sampling, quality, 0);
	t->destroy(encoder);
	return failed;
}

static void turbo_free(const turbo *t, unsigned char *p) { if (p) t->free(p); }
*/
import "C"

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"unsafe"
)

// libjpeg-turbo as installed by `make models`, pinned because it is code that we run, and under its name in
// distributions.
const (
	turboFile   = "libturbojpeg.so.0.3.0"
	turboSHA256 = "4c9cc9a93fc3c14c059859d8252c093d5b9b1138854c9b4bb75d46c8b8ffd6c9"
	turboSystem = "libturbojpeg.so.0"
)

// Constants of turbojpeg.h: pixel formats and chroma sampling.
const (
	turboGray, turboRGBA   = 6, 7
	turbo420, turboSingles = 2, 3
)

// turbo is an opened library. It is safe for concurrent use.
type turbo struct{ lib C.turbo }

// openTurbo opens the library of the models folder, or else the system's. The error gives the reason for
// both.
func openTurbo(models string) (*turbo, error) {
	path := filepath.Join(models, turboFile)
	err := verifyTurbo(path)
	if err == nil {
		return loadTurbo(path)
	}
	t, systemErr := loadTurbo(turboSystem)
	if systemErr != nil {
		return nil, fmt.Errorf("%w; %w", err, systemErr)
	}
	return t, nil
}

func verifyTurbo(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != turboSHA256 {
		return fmt.Errorf("%s is not the file that `make models` fetches", path)
	}
	return nil
}

// loadTurbo opens one library: a path, or a name that the system looks for.
func loadTurbo(path string) (*turbo, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	t := new(turbo)
	if why := C.turbo_open(&t.lib, name); why != nil {
		return nil, fmt.Errorf("open %s: %s", path, C.GoString(why))
	}
	return t, nil
}

func (t *turbo) append(dst []byte, img image.Image, quality int) ([]byte, error) {
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
	defer func() { C.turbo_free(&t.lib, out) }()
	if C.turbo_compress(&t.lib, (*C.uchar)(unsafe.Pointer(&pixels[0])), C.int(size.X), C.int(stride), C.int(size.Y),
		C.int(format), &out, &length, C.int(sampling), C.int(quality)) != 0 {
		return dst, errors.New("libjpeg-turbo: the image cannot be encoded")
	}
	return append(dst, unsafe.Slice((*byte)(out), int(length))...), nil
}
