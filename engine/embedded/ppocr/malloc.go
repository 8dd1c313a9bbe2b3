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
*/
import "C"
