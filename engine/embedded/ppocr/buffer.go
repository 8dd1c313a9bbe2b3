package ppocr

/*
#include <stdlib.h>
*/
import "C"

import "unsafe"

// buffer is memory outside the Go heap, up to 30 MB: inside it, the collector would let as much garbage pile
// up. Free it when done.
type buffer struct{ data []float32 }

// grow returns n elements with undefined contents, valid until the next call.
func (b *buffer) grow(n int) []float32 {
	if len(b.data) < n {
		b.free()
		b.data = unsafe.Slice((*float32)(C.malloc(C.size_t(n)*4)), n)
	}
	return b.data[:n]
}

// keep frees the memory if it holds more than most elements.
func (b *buffer) keep(most int) {
	if len(b.data) > most {
		b.free()
	}
}

func (b *buffer) free() {
	if b.data != nil {
		C.free(unsafe.Pointer(unsafe.SliceData(b.data)))
		b.data = nil
	}
}
