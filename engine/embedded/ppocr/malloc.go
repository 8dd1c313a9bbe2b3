package ppocr

/*
#include <malloc.h>

// One memory arena for all threads. The inference threads otherwise fill one
// each, and glibc does not give their memory back: 290 MB more on six pages, at
// the same speed. It only works before any thread has started, hence the
// constructor; a later call is ignored.
__attribute__((constructor)) static void bound_arenas(void) {
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 1);
#endif
}

// Gives back what the models were read from, some 20 MB. From then on what is a megabyte
// or more goes back when it is freed; by itself glibc comes to keep up to 32 MB.
static void trim(void) {
#ifdef M_ARENA_MAX
	malloc_trim(0);
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}
*/
import "C"

func trimMemory() { C.trim() }
