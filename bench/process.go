package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ticksPerSecond is the unit of times in /proc, the same on all Linux
// architectures that Go supports (USER_HZ).
const ticksPerSecond = 100

// process is what /proc/PID/stat says, see proc(5).
type process struct {
	parent int
	ticks  int64  // of its own and of its children that ended
	rss    int64  // bytes
	stack  string // address of the stack, another one in each program that was started
}

// parseStat reads a line of /proc/PID/stat. The second field, the command in
// parentheses, may hold anything, so counting starts behind the last ")".
func parseStat(line string) (process, error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 26 {
		return process{}, errors.New("unexpected form of /proc/PID/stat")
	}
	number := func(field int) int64 { // numbered as in proc(5)
		n, err := strconv.ParseInt(fields[field-3], 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	return process{
		parent: int(number(4)),
		ticks:  number(14) + number(15) + number(16) + number(17),
		rss:    number(24) * int64(os.Getpagesize()),
		stack:  fields[28-3],
	}, nil
}

func readProcess(pid int) (process, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, err
	}
	return parseStat(string(line))
}

// treeOf finds the process and all below it, by id. It looks at all processes of
// the machine.
func treeOf(root int) (map[int]process, error) {
	all := map[int]process{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, path := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		p, err := readProcess(pid)
		if err != nil {
			continue // ended meanwhile
		}
		all[pid] = p
		children[p.parent] = append(children[p.parent], pid)
	}
	if _, alive := all[root]; !alive {
		return nil, fmt.Errorf("the process %d, which was to be watched, is not there", root)
	}
	tree := map[int]process{}
	for next := []int{root}; len(next) > 0; {
		pid := next[0]
		tree[pid] = all[pid]
		next = append(next[1:], children[pid]...)
	}
	return tree, nil
}

// refresh looks again at the processes of a tree, without those that ended.
func refresh(tree map[int]process) {
	for pid := range tree {
		p, err := readProcess(pid)
		if err != nil {
			delete(tree, pid)
			continue
		}
		tree[pid] = p
	}
}

// memory adds up the resident bytes of a tree.
func memory(tree map[int]process) (rss int64) {
	for _, p := range tree {
		// Between vfork and exec a process is in its parent's memory: that is counted already.
		if p.stack == "0" || p.stack != tree[p.parent].stack { // 0: not shown to us
			rss += p.rss
		}
	}
	return rss
}

// processorTicks adds up the processor time of a tree.
func processorTicks(tree map[int]process) (ticks int64) {
	for _, p := range tree {
		ticks += p.ticks
	}
	return ticks
}

// proportional adds up the memory of a tree, what several share divided among
// them; 0 where the kernel does not tell. The kernel walks all pages for it.
func proportional(tree map[int]process) (bytes int64) {
	for pid := range tree {
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(rollup)) {
			if kilobytes, ok := strings.CutPrefix(line, "Pss:"); ok {
				n, _ := strconv.ParseInt(strings.Fields(kilobytes)[0], 10, 64)
				bytes += n << 10
			}
		}
	}
	return bytes
}

// openFiles counts the file descriptors of a tree, 0 where we may not look.
func openFiles(tree map[int]process) (count int) {
	for pid := range tree {
		dir, err := os.Open(fmt.Sprintf("/proc/%d/fd", pid))
		if err != nil {
			continue
		}
		names, _ := dir.Readdirnames(-1) // as far as the process lived
		count += len(names)
		dir.Close()
	}
	return count
}
