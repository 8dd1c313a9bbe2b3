//go:build amd64 || arm64

package ppocr

/*
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>

// Flush to zero (bit 15) and denormals are zero (bit 6) of the control register.
static const uint64_t flushing = 0x8040;
static uint64_t control(void) { return _mm_getcsr(); }
static void set_control(uint64_t value) { _mm_setcsr((unsigned int)value); }
#else
// Flush to zero (bit 24) of the control register, for operands and results alike.
static const uint64_t flushing = 1u << 24;
static uint64_t control(void) {
	uint64_t value;
	__asm__ volatile("mrs %0, fpcr" : "=r"(value));
	return value;
}
static void set_control(uint64_t value) { __asm__ volatile("msr fpcr, %0" : : "r"(value)); }
#endif

static uint64_t flush_denormals(void) {
	uint64_t before = control();
	set_control(before | flushing);
	return before;
}

static void restore_denormals(uint64_t before) { set_control(before); }
*/
import "C"
import "runtime"

// flushingDenormals calls do on a thread that treats denormal numbers as zero, and then restores the thread,
// which other goroutines run on afterwards. ONNX Runtime does part of each inference, with one thread all of
// it, on the caller's thread.
func flushingDenormals(do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := C.flush_denormals()
	defer C.restore_denormals(before)
	return do()
}
