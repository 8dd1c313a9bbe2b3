package raster_test

import "golang.org/x/sys/unix"

// otherForks are calls that not every architecture has. vfork is not tried: where it succeeded
// it would share the test's stack.
func otherForks(fork func(string, uintptr, ...uintptr) wayOut) []wayOut {
	return []wayOut{fork("fork", unix.SYS_FORK)}
}
