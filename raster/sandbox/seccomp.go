package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// allowedCalls are what the Go runtime, the C allocator and the protocol use once
// the program runs. All others fail with EPERM. Threads may still be made.
var allowedCalls = []uint32{
	// the protocol
	unix.SYS_RECVMSG, unix.SYS_SENDTO, unix.SYS_SENDMSG, unix.SYS_CLOSE, unix.SYS_FSTAT,
	unix.SYS_READ, unix.SYS_WRITE,
	// memory
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_MPROTECT, unix.SYS_MADVISE, unix.SYS_BRK,
	unix.SYS_MINCORE,
	// threads and signals
	unix.SYS_FUTEX, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ,
	unix.SYS_GETTID, unix.SYS_GETPID, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
	unix.SYS_RESTART_SYSCALL, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	// time and the runtime's poller
	unix.SYS_CLOCK_GETTIME, unix.SYS_GETTIMEOFDAY, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP,
	unix.SYS_TIMER_CREATE, unix.SYS_TIMER_SETTIME, unix.SYS_TIMER_DELETE,
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2, unix.SYS_FCNTL,
	unix.SYS_GETRANDOM,
	unix.SYS_GETRUSAGE,
}

// firstArguments are calls that are allowed with one first argument only: lest a child
// kill or starve others of the same user, or outlive the gateway.
func firstArguments() map[uint32]uint32 {
	return map[uint32]uint32{
		unix.SYS_TGKILL:    uint32(os.Getpid()), // the runtime interrupts its own threads
		unix.SYS_PRLIMIT64: 0,
		unix.SYS_PRCTL:     unix.PR_SET_VMA, // the runtime names its memory
	}
}

// newThread has to be among the flags of clone, which makes processes too, and
// newNamespace not.
const (
	newThread    = unix.CLONE_THREAD
	newNamespace = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
		unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWTIME
)

// Offsets in struct seccomp_data, and what a filter may answer.
const (
	seccompNumber   = 0
	seccompArch     = 4
	seccompArgument = 16 // the lower half of the first, on little-endian machines

	seccompAllow = 0x7fff0000
	seccompErrno = 0x00050000
	seccompKill  = 0x80000000
)

// forbidSystemCalls puts a filter on all threads of the process. A kernel without
// filters leaves the other walls standing and is no error.
func forbidSystemCalls() error {
	filter, err := callFilter()
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if errno != 0 && !errors.Is(errno, unix.ENOSYS) && !errors.Is(errno, unix.EINVAL) {
		return fmt.Errorf("system call filter: %w", errno)
	}
	return nil
}

// callFilter is the allow list as a BPF program. The architecture is checked first:
// another one numbers its calls differently.
func callFilter() ([]unix.SockFilter, error) {
	arch, ok := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if !ok {
		return nil, fmt.Errorf("no system call filter for %s", runtime.GOARCH)
	}
	const load, equal, answer = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	const anyOf = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	refuse := unix.SockFilter{Code: answer, K: seccompErrno | uint32(unix.EPERM)}
	filter := []unix.SockFilter{
		{Code: load, K: seccompArch},
		{Code: equal, K: arch, Jt: 1},
		{Code: answer, K: seccompKill},
		{Code: load, K: seccompNumber},
	}
	for _, call := range allowedCalls {
		filter = append(filter,
			unix.SockFilter{Code: equal, K: call, Jf: 1},
			unix.SockFilter{Code: answer, K: seccompAllow})
	}
	for call, argument := range firstArguments() {
		filter = append(filter,
			unix.SockFilter{Code: equal, K: call, Jf: 4},
			unix.SockFilter{Code: load, K: seccompArgument},
			unix.SockFilter{Code: equal, K: argument, Jf: 1},
			unix.SockFilter{Code: answer, K: seccompAllow},
			refuse)
	}
	return append(filter,
		// The flags of clone3 lie in memory, where a filter cannot see them. The C library takes
		// clone where there is no clone3.
		unix.SockFilter{Code: equal, K: unix.SYS_CLONE3, Jf: 1},
		unix.SockFilter{Code: answer, K: seccompErrno | uint32(unix.ENOSYS)},
		unix.SockFilter{Code: equal, K: unix.SYS_CLONE, Jf: 4},
		unix.SockFilter{Code: load, K: seccompArgument},
		unix.SockFilter{Code: anyOf, K: newNamespace, Jt: 2},
		unix.SockFilter{Code: anyOf, K: newThread, Jf: 1},
		unix.SockFilter{Code: answer, K: seccompAllow},
		refuse), nil
}
