package raster

import "bytes"

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

// IdlePIDs are the processes that wait for another picture.
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
