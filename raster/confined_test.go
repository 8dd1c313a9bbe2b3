package raster_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"ocr-gateway/raster/sandbox"
	"ocr-gateway/raster/wire"
)

// tryEscape is a child that tries to get out, as one might that a document has taken over. It
// answers with what it was permitted, and with everything that it tried.
func tryEscape() int {
	if err := sandbox.Enter(); err != nil {
		return 2
	}
	if wire.SayReady() != nil {
		return 1
	}
	for {
		req, _, _, err := wire.Receive()
		if err != nil || req == nil {
			return 1
		}
		if wire.Send(wire.Reply{Status: wire.StatusFailed}, escapes()) != nil {
			return 1
		}
	}
}

// escapes tries all ways out and gives "permitted: …; tried: …".
func escapes() string {
	var permitted, tried []string
	for _, way := range waysOut() {
		tried = append(tried, way.name)
		if errno := way.try(); errno != unix.EPERM && errno != unix.ENOSYS {
			permitted = append(permitted, fmt.Sprintf("%s (%d)", way.name, int(errno)))
		}
	}
	done := make(chan struct{}) // a thread must still be possible
	go func() {
		runtime.LockOSThread()
		close(done)
	}()
	<-done
	return fmt.Sprintf("permitted: %s; tried: %s", strings.Join(permitted, ", "), strings.Join(tried, ", "))
}

type wayOut struct {
	name string
	try  func() syscall.Errno
}

func waysOut() []wayOut {
	call := func(name string, number uintptr, args ...uintptr) wayOut {
		return wayOut{name, func() syscall.Errno {
			var a [6]uintptr
			copy(a[:], args)
			_, _, errno := syscall.RawSyscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
			return errno
		}}
	}
	// A process that is born in spite of all ends at once.
	fork := func(name string, number uintptr, args ...uintptr) wayOut {
		return wayOut{name, func() syscall.Errno {
			var a [6]uintptr
			copy(a[:], args)
			pid, _, errno := syscall.RawSyscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
			if errno == 0 && pid == 0 {
				syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
			}
			return errno
		}}
	}
	path := []byte("/proc/self/exe\x00")
	at := uintptr(unsafe.Pointer(&path[0]))
	args3 := struct{ flags, pidfd, childTid, parentTid, exitSignal, stack, stackSize, tls uint64 }{exitSignal: uint64(unix.SIGCHLD)}
	ways := []wayOut{
		fork("clone as fork", unix.SYS_CLONE, uintptr(unix.SIGCHLD)),
		fork("clone into a user namespace", unix.SYS_CLONE, unix.CLONE_NEWUSER|uintptr(unix.SIGCHLD)),
		fork("clone3", unix.SYS_CLONE3, uintptr(unsafe.Pointer(&args3)), unsafe.Sizeof(args3)),
		call("unshare of users", unix.SYS_UNSHARE, unix.CLONE_NEWUSER),
		call("unshare of mounts", unix.SYS_UNSHARE, unix.CLONE_NEWNS),
		call("unshare of the network", unix.SYS_UNSHARE, unix.CLONE_NEWNET),
		call("setns", unix.SYS_SETNS, wire.SocketFD, 0),
		call("mount", unix.SYS_MOUNT, at, at, 0, unix.MS_BIND, 0),
		call("execve", unix.SYS_EXECVE, at, 0, 0),
		call("execveat", unix.SYS_EXECVEAT, wire.PixelsFD, at, 0, 0, 0),
		call("setuid", unix.SYS_SETUID, 0),
		call("capset", unix.SYS_CAPSET, 0, 0),
		call("openat", unix.SYS_OPENAT, 0, at, 0, 0),
		call("socket", unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM, 0),
		call("ptrace of the parent", unix.SYS_PTRACE, unix.PTRACE_ATTACH, uintptr(os.Getppid())),
		call("kill of the parent", unix.SYS_KILL, uintptr(os.Getppid()), 0),
		call("a life beyond the parent's", unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, 0),
		call("another group", unix.SYS_SETPGID, 0, 0),
		call("a session", unix.SYS_SETSID),
	}
	return append(ways, otherForks(fork)...)
}
