package ppocr

/*
#include <malloc.h>

// One memory arena for all threads. Otherwise each inference thread fills its own, and glibc does not give
// their memory back: 290 MB more after six pages, at the same speed. This only works before any thread has
// started, hence the constructor; later calls are ignored.
__attribute__((constructor)) static void bound_arenas(void) {
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 1);
#endif
}

// Gives back the memory that the models were read into, some 20 MB. From then on blocks of a megabyte or more
// are given back when freed; by itself glibc comes to keep up to 32 MB.
static void trim(void) {
#ifdef M_ARENA_MAX
	malloc_trim(0);
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}
*/
import "C"

func trimMemory() { C.trim() }
