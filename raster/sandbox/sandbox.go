// Package sandbox confines the processes that read foreign bytes: no privileges, no network,
// few system calls, bounded memory, time and files.
package sandbox

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"
)

// A child has seen no foreign byte when it enters the sandbox, and never leaves it.

// addressSpace is what the child had mapped on entry: the Go runtime and the shared
// pixels alone reserve more than a document may use.
var addressSpace uint64

// Enter forbids writing files, dumping core and every system call that
// rendering does not need: among them opening files and sockets and running programs.
func Enter() error {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return err
	}
	var pages uint64
	if _, err := fmt.Sscan(string(statm), &pages); err != nil {
		return fmt.Errorf("read statm: %w", err)
	}
	addressSpace = pages * uint64(os.Getpagesize())
	dieFirst()
	for _, resource := range []int{unix.RLIMIT_CORE, unix.RLIMIT_FSIZE} {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{}); err != nil {
			return err
		}
	}
	return forbidSystemCalls()
}

// dieFirst has the kernel, when the machine or container is out of memory, kill children
// before the gateway: one costs its page another try, the other all requests. Without
// the permission to say so things are as they were.
func dieFirst() { _ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) }

// LimitMemory bounds the address space that the child takes from now on. What asks
// for more gets an error, in MuPDF, or ends the child, in Go.
func LimitMemory(bytes uint64) error {
	limit := addressSpace + bytes
	debug.SetMemoryLimit(int64(bytes / 8 * 7)) // garbage goes before the limit is met
	return syscall.Setrlimit(unix.RLIMIT_AS, &syscall.Rlimit{Cur: limit, Max: limit})
}

// LimitCPU bounds the processor time of the next request. The gateway watches the
// clock; this ends a child also when nobody does.
func LimitCPU(seconds uint32) error {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return err
	}
	total := uint64(used.Utime.Sec+used.Stime.Sec) + uint64(seconds) + 1
	return syscall.Setrlimit(unix.RLIMIT_CPU, &syscall.Rlimit{Cur: total, Max: unix.RLIM_INFINITY})
}
