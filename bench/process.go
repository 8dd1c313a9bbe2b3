package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticksPerSecond is the unit of times in /proc, the same on all Linux
// architectures that Go supports (USER_HZ).
const ticksPerSecond = 100

// sampleInterval is the time between two looks at memory.
const sampleInterval = 100 * time.Millisecond

// pssEvery is how many looks go by until proportional memory is looked at, which
// makes the kernel walk all pages.
const pssEvery = 5

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

// treeOf finds the process and all below it, by id.
func treeOf(root int) (map[int]process, error) {
	all := map[int]process{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, path := range stats {
		line, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		if all[pid], err = parseStat(string(line)); err != nil {
			return nil, err
		}
		children[all[pid].parent] = append(children[all[pid].parent], pid)
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

// sample adds up the process and all below it.
func sample(root int) (sum process, err error) {
	tree, err := treeOf(root)
	for _, p := range tree {
		sum.ticks += p.ticks
		// Between vfork and exec a process is in its parent's memory: that is counted already.
		if p.stack == "0" || p.stack != tree[p.parent].stack { // 0: not shown to us
			sum.rss += p.rss
		}
	}
	return sum, err
}

// proportional adds up the memory of the process and all below it, what several
// share divided among them; 0 where the kernel does not tell.
func proportional(root int) (bytes int64) {
	tree, err := treeOf(root)
	if err != nil {
		return 0
	}
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

// watcher looks at a tree of processes until it is stopped.
type watcher struct {
	root          int
	first         process
	peak, peakPSS int64
	quit          chan struct{}
	done          chan struct{} // closed when the peaks are final
}

// watchTree begins to watch; with root 0 it watches nothing.
func watchTree(root int) (*watcher, error) {
	w := &watcher{root: root, quit: make(chan struct{}), done: make(chan struct{})}
	if root == 0 {
		return w, nil
	}
	first, err := sample(root)
	if err != nil {
		return nil, err
	}
	w.first, w.peak, w.peakPSS = first, first.rss, proportional(root)
	go w.watch()
	return w, nil
}

func (w *watcher) watch() {
	defer close(w.done)
	tick := time.NewTicker(sampleInterval)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-w.quit:
			return
		case <-tick.C:
			if p, err := sample(w.root); err == nil {
				w.peak = max(w.peak, p.rss)
			}
			if n%pssEvery == 0 {
				w.peakPSS = max(w.peakPSS, proportional(w.root))
			}
		}
	}
}

// stop ends the watch and gives what the tree took for so many pages, nil when
// nothing was watched.
func (w *watcher) stop(pages int) (*Usage, error) {
	if w.root == 0 {
		return nil, nil
	}
	close(w.quit)
	<-w.done
	last, err := sample(w.root)
	if err != nil {
		return nil, err
	}
	seconds := float64(last.ticks-w.first.ticks) / ticksPerSecond
	return &Usage{CPUSeconds: seconds, CPUSecondsPerPage: seconds / float64(max(pages, 1)), PeakRSS: max(w.peak, last.rss), PeakPSS: w.peakPSS}, nil
}
