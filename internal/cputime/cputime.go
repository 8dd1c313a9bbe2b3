// Package cputime is for tests that bound work: other load on the machine makes
// a test wait, and does not make it work.
package cputime

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// Of is the processor time that do takes in the thread that calls it: what
// goroutines of its own take is not in it.
func Of(t testing.TB, do func()) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := now(t)
	do()
	return now(t) - begin
}

func now(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
