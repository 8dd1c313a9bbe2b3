package embedded

/*
#include <malloc.h>

// One arena for all threads. The inference threads otherwise fill one each,
// and glibc does not give their memory back: 200 MB more at the same speed.
static void bound_arenas(void) { mallopt(M_ARENA_MAX, 1); }
*/
import "C"

// boundArenas must run before the threads of the runtime start.
func boundArenas() { C.bound_arenas() }
