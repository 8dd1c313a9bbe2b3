package podtest

import (
	"fmt"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// namespace is the network of a pod. It is closed when nobody enters it.
type namespace struct {
	file     *os.File
	entering sync.RWMutex
}

func networkOf(pid int) (*namespace, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return nil, fmt.Errorf("open the pod's network: %w", err)
	}
	return &namespace{file: f}, nil
}

func (n *namespace) close() {
	n.entering.Lock()
	defer n.entering.Unlock()
	n.file.Close()
}

// do runs f on a thread that is in the namespace.
func (n *namespace) do(f func() error) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		home, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			runtime.UnlockOSThread()
			result <- err
			return
		}
		defer home.Close()
		n.entering.RLock()
		err = unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET)
		n.entering.RUnlock()
		if err == nil {
			err = f()
		}
		// A thread that does not find home stays locked, and ends with its goroutine.
		// The others live on: children that are to die with their thread stay.
		if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
		result <- err
	}()
	return <-result
}
