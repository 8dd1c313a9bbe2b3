package ppocr

/*
#include <immintrin.h>

// Flush to zero (bit 15) and denormals are zero (bit 6) of the control register.
static unsigned int flush_denormals(void) {
	unsigned int before = _mm_getcsr();
	_mm_setcsr(before | 0x8040);
	return before;
}

static void restore_denormals(unsigned int before) { _mm_setcsr(before); }
*/
import "C"
import "runtime"

// flushingDenormals calls do on a thread that takes denormal numbers for zero, and
// leaves the thread as it was: other goroutines run on it afterwards. ONNX Runtime
// does part of each inference, with one thread all of it, on the caller's thread.
func flushingDenormals(do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := C.flush_denormals()
	defer C.restore_denormals(before)
	return do()
}
