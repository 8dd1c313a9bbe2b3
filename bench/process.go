package bench

import (
	"fmt"

	"github.com/prometheus/procfs"
)

// ticksPerSecond is the unit of times in /proc, the same on all Linux
// architectures that Go supports (USER_HZ).
const ticksPerSecond = 100

// process is what /proc says of a process, see proc(5).
type process struct {
	procfs.Proc
	parent int
	ticks  int64  // of its own and of its children that ended
	rss    int64  // bytes
	stack  uint64 // its address, another one in each program that was started
}

func look(p procfs.Proc) (process, error) {
	stat, err := p.Stat()
	if err != nil {
		return process{}, err
	}
	return process{
		Proc: p, parent: stat.PPID, rss: int64(stat.ResidentMemory()), stack: stat.StartStack,
		ticks: int64(stat.UTime) + int64(stat.STime) + int64(stat.CUTime) + int64(stat.CSTime),
	}, nil
}

// treeOf finds the process and all below it, by id. It looks at all processes of
// the machine.
func treeOf(root int) (map[int]process, error) {
	running, err := procfs.AllProcs()
	if err != nil {
		return nil, err
	}
	all := map[int]process{}
	children := map[int][]int{}
	for _, r := range running {
		p, err := look(r)
		if err != nil {
			continue // ended meanwhile
		}
		all[r.PID] = p
		children[p.parent] = append(children[p.parent], r.PID)
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
	for pid, before := range tree {
		p, err := look(before.Proc)
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
		if p.stack == 0 || p.stack != tree[p.parent].stack { // 0: not shown to us
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
	for _, p := range tree {
		if rollup, err := p.ProcSMapsRollup(); err == nil {
			bytes += int64(rollup.Pss)
		}
	}
	return bytes
}

// openFiles counts the file descriptors of a tree, 0 where we may not look.
func openFiles(tree map[int]process) (count int) {
	for _, p := range tree {
		if n, err := p.FileDescriptorsLen(); err == nil {
			count += n
		}
	}
	return count
}
