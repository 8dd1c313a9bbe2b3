package raster

import (
	"bytes"
	"image"
	"log/slog"
	"syscall"
)

// ChildPIDs are the processes that hold a document.
func (r *Rasterizer) ChildPIDs() []int {
	r.pool.mu.Lock()
	defer r.pool.mu.Unlock()
	r.decoders.mu.Lock()
	defer r.decoders.mu.Unlock()
	var pids []int
	for c := range r.pool.leased {
		pids = append(pids, c.cmd.Process.Pid)
	}
	for c := range r.decoders.inUse {
		pids = append(pids, c.cmd.Process.Pid)
	}
	return pids
}

// IdlePIDs are the processes that wait for another image.
func (r *Rasterizer) IdlePIDs() []int {
	r.decoders.mu.Lock()
	defer r.decoders.mu.Unlock()
	var pids []int
	for _, c := range r.decoders.idle {
		pids = append(pids, c.cmd.Process.Pid)
	}
	return pids
}

// Waiting is how many documents wait for a child.
func (r *Rasterizer) Waiting() int {
	r.pool.mu.Lock()
	defer r.pool.mu.Unlock()
	return len(r.pool.waiting)
}

// Sniff tells the type of a document by its first bytes.
func Sniff(head []byte) string {
	k, _ := sniff(head)
	return k.String()
}

// Internals that the fuzz targets feed.
var (
	PackWords       = packWords
	UnpackWords     = unpackWords
	EXIFOrientation = func(data []byte) int { return int(exifOrientation(data)) }
	FindOrientation = func(kind string, data []byte) int {
		for k, name := range kindNames {
			if name == kind {
				return int(findOrientation(k, bytes.NewReader(data)))
			}
		}
		return 0
	}
)

// Parked is how many children idle with a document that may go on with them.
func (r *Rasterizer) Parked() int {
	r.pool.mu.Lock()
	defer r.pool.mu.Unlock()
	return len(r.pool.parked)
}

// Reckon is what the header of an image says that decoding takes.
func Reckon(data []byte) (width, height int, memory int64, scans int, err error) {
	k, _ := sniff(data)
	n, err := reckon(k, data)
	return n.width, n.height, n.memory, n.scans, err
}

// HasFrames reports whether a picture has further frames.
func HasFrames(data []byte) bool {
	k, _ := sniff(data)
	return hasFrames(k, data)
}

// Square is the size that a TIFF file's first picture is drawn in.
func Square(data []byte) (width, height float64) {
	t, err := openTIFF(data)
	if err != nil {
		return 0, 0
	}
	dirs, _ := t.pictures()
	if len(dirs) == 0 {
		return 0, 0
	}
	return dirs[0].square()
}

// DecodeWithGo decodes in the process of the test.
func DecodeWithGo(data []byte) (image.Image, error) {
	k, _ := sniff(data)
	return decodeSafely(k, data)
}

// Starts starts a child for each kernel, which permits a namespace, is short of something
// or forbids it, and says how it was started: "own", "shared" or "not".
func Starts(kernels ...syscall.Errno) (how []string) {
	s := newStarter(Config{}, nil, slog.New(slog.DiscardHandler))
	for _, errno := range kernels {
		s.apart = func() (*syscall.SysProcAttr, error) {
			if errno != 0 {
				return nil, errno
			}
			return &syscall.SysProcAttr{}, nil
		}
		s.run = func(*syscall.SysProcAttr) (*child, error) {
			if short(errno) {
				return nil, errno
			}
			return &child{}, nil
		}
		c, err := s.start()
		switch {
		case err != nil:
			how = append(how, "not")
		case c.isolated:
			how = append(how, "own")
		default:
			how = append(how, "shared")
		}
	}
	return how
}

// KeptBuffers is how many bytes wait for the next pages after buffers of a size came back.
func KeptBuffers(size, count int) (kept, dead int) {
	var b buffers
	for range count {
		b.put(make([]byte, size))
	}
	return b.kept, b.dead
}

// MaxKeptBuffers is the most that may wait.
const MaxKeptBuffers = keptBuffers
