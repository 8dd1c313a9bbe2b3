package admission

import (
	"bufio"
	"bytes"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// FreeDisk is how many bytes are left for this program in a folder, by default the system's
// temporary one; false when the system does not say.
func FreeDisk(dir string) (int64, bool) {
	if dir == "" {
		dir = os.TempDir()
	}
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * s.Bsize, true
}

// memory measures at most once a second how much is left.
type memory struct {
	mu    sync.Mutex
	at    time.Time
	left  int64
	known bool
}

func (m *memory) free() (bytes int64, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at.IsZero() || time.Since(m.at) >= time.Second {
		m.left, m.known = FreeMemory()
		m.at = time.Now()
	}
	return m.left, m.known
}

// FreeMemory is how many bytes of memory this process and its children may still take;
// false when the system does not say.
func FreeMemory() (int64, bool) { return freeMemory(os.DirFS("/")) }

// freeMemory is how many bytes of memory this process and its children may still
// take: the least of what the machine has available and what the limits of its control
// groups (version 2) leave. Pages of files that can be dropped count as free. root is
// the file system; false when it does not say.
func freeMemory(root fs.FS) (int64, bool) {
	left, known := int64(0), false
	least := func(n int64) {
		if !known || n < left {
			left, known = n, true
		}
	}
	if n, ok := named(root, "proc/meminfo", "MemAvailable:"); ok {
		least(n << 10) // in KiB
	}
	for group := controlGroup(root); ; group = path.Dir(group) {
		dir := path.Join("sys/fs/cgroup", group)
		limit, limited := number(root, dir+"/memory.max")
		used, ok := number(root, dir+"/memory.current")
		if limited && ok {
			files, _ := named(root, dir+"/memory.stat", "inactive_file")
			least(limit - used + files)
		}
		if group == "/" || group == "." {
			return left, known
		}
	}
}

// controlGroup is the path of this process's group. Inside a container it is that of
// its own view, or none of its view: the root is looked at in any case.
func controlGroup(root fs.FS) string {
	b, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return "/"
	}
	for line := range strings.Lines(string(b)) {
		if group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return path.Clean("/" + group)
		}
	}
	return "/"
}

// number reads a file that holds a number; "max" is none.
func number(root fs.FS, name string) (int64, bool) {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}

// named reads the number that follows a name at the start of a line.
func named(root fs.FS, name, field string) (int64, bool) {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == field {
			n, err := strconv.ParseInt(words[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
