package mupdf

/*
#cgo CFLAGS: -O3
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { CHUNK = 4096 };

// colorless reports whether red, green and blue (the low three bytes) are the same in every pixel.
static int colorless(const uint32_t *rgba, size_t pixels) {
	for (size_t at = 0; at < pixels; at += CHUNK) {
		size_t n = pixels - at < CHUNK ? pixels - at : CHUNK;
		uint32_t differ = 0;
		for (size_t i = 0; i < n; i++)
			differ |= (rgba[at + i] ^ rgba[at + i] >> 8) & 0xffff;
		if (differ)
			return 0;
	}
	return 1;
}

// pack_gray keeps one byte per pixel. It works in chunks, because compilers do not vectorize a loop that
// reads what it writes.
static void pack_gray(unsigned char *pixels, size_t count) {
	const uint32_t *rgba = (const uint32_t *)pixels;
	uint8_t chunk[CHUNK];
	for (size_t at = 0; at < count; at += CHUNK) {
		size_t n = count - at < CHUNK ? count - at : CHUNK;
		for (size_t i = 0; i < n; i++)
			chunk[i] = (uint8_t)rgba[at + i];
		memcpy(pixels + at, chunk, n);
	}
}
*/
import "C"

import "unsafe"

// PackGray makes opaque RGBA pixels gray, one byte each at the start of rgba, if none has a color. rgba must
// be aligned to 4 bytes.
func PackGray(rgba []byte) bool {
	n := C.size_t(len(rgba) / 4)
	if n == 0 || C.colorless((*C.uint32_t)(unsafe.Pointer(&rgba[0])), n) == 0 {
		return false
	}
	C.pack_gray((*C.uchar)(&rgba[0]), n)
	return true
}
