package admission

import (
	"io/fs"
	"time"
)

// FreeMemoryIn lets tests read made-up files.
func FreeMemoryIn(root fs.FS) (int64, bool) { return freeMemory(root) }

// Rate lets tests choose the times.
type Rate struct{ r rate }

// Add counts one.
func (r *Rate) Add(at time.Duration) { r.r.add(at) }

// PerSecond is the mean of the last minute.
func (r *Rate) PerSecond(now time.Duration) float64 { return r.r.perSecond(now) }
