package ppocr

/*
#include <stdint.h>

// Flush to zero (bit 24) of the control register, for operands and results alike.
static uint64_t flush_denormals(void) {
	uint64_t before;
	__asm__ volatile("mrs %0, fpcr" : "=r"(before));
	__asm__ volatile("msr fpcr, %0" : : "r"(before | 1u << 24));
	return before;
}

static void restore_denormals(uint64_t before) { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }
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
