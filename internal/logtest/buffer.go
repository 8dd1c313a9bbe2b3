// Package logtest holds logs that tests read while the code under test writes them.
package logtest

import (
	"bytes"
	"sync"
)

// Buffer collects what is written to it. It is safe for concurrent use; its zero value is empty.
type Buffer struct {
	mu      sync.Mutex
	written bytes.Buffer
}

// Write appends p.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.written.Write(p)
}

// String returns what was written so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.written.String()
}
