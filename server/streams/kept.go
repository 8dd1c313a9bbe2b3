package streams

import (
	"fmt"
	"os"
)

const (
	// maxMemory is what the events of one stream take in memory at most, in bytes. Those of a
	// few dozen pages fit; the rest goes to a file.
	maxMemory = 256 << 10
	// maxKept is what they take at most, in bytes: 1000 pages with text have some 40 MiB. Of
	// streams with more, because of their images, only the last events are kept.
	maxKept = 64 << 20
)

// kept are the events of a stream, in memory or in a file without a name.
type kept struct {
	dir    string
	events []event
	from   int // the first that is still there
	memory int64
	size   int64 // of those that are there
	file   *os.File
	end    int64 // of the file
}

// event is in memory, or in the file.
type event struct {
	bytes    []byte
	at, size int64
}

// add keeps an event. It reports false where there is no room, unless it is the only one.
func (k *kept) add(b []byte) bool {
	n := int64(len(b))
	alone := k.from == len(k.events)
	switch {
	case k.size+n > maxKept && !alone:
		return false
	case k.memory+n <= maxMemory || alone:
		k.events = append(k.events, event{bytes: b})
		k.memory += n
	default:
		if !k.write(b) {
			return false
		}
		k.events = append(k.events, event{at: k.end, size: n})
		k.end += n
	}
	k.size += n
	return true
}

// write puts bytes at the end of the file, which is made when it is first needed.
func (k *kept) write(b []byte) bool {
	if k.file == nil {
		f, err := os.CreateTemp(k.dir, "ocr-gateway-stream-*")
		if err != nil {
			return false
		}
		os.Remove(f.Name())
		k.file = f
	}
	_, err := k.file.WriteAt(b, k.end)
	return err == nil
}

// read is an event that is there. The bytes are not to be changed.
func (k *kept) read(n int) ([]byte, error) {
	e := k.events[n]
	if e.bytes != nil {
		return e.bytes, nil
	}
	b := make([]byte, e.size)
	if _, err := k.file.ReadAt(b, e.at); err != nil {
		return nil, fmt.Errorf("events of a stream: %w", err)
	}
	return b, nil
}

// drop lets go of all events so far.
func (k *kept) drop() {
	clear(k.events)
	k.from = len(k.events)
	k.memory, k.size, k.end = 0, 0, 0
	if k.file != nil {
		k.file.Close()
		k.file = nil
	}
}
