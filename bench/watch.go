package bench

import (
	"runtime"
	"syscall"
	"time"
)

// lookInterval is the time between two looks at a server's processes.
const lookInterval = 100 * time.Millisecond

// thoroughEvery is how many looks go by until one finds new processes and counts
// proportional memory and open files too. That costs some 10 ms of processor time,
// the others 1 ms.
const thoroughEvery = 5

// watcher looks at a tree of processes until it is stopped.
type watcher struct {
	root       int
	firstTicks int64
	rss        func(int64)     // told at each look
	tree       map[int]process // as seen last
	usage      Usage
	quit       chan struct{}
	done       chan struct{} // closed when usage is final
}

// watchTree begins to watch and tells rss the memory at each look; with root 0 it
// watches nothing.
func watchTree(root int, rss func(int64)) (*watcher, error) {
	w := &watcher{root: root, rss: rss, quit: make(chan struct{}), done: make(chan struct{})}
	if root == 0 {
		return w, nil
	}
	tree, err := treeOf(root)
	if err != nil {
		return nil, err
	}
	w.firstTicks = processorTicks(tree)
	w.look(true) // so that the shortest run has one
	go w.watch()
	return w, nil
}

func (w *watcher) watch() {
	defer close(w.done)
	runtime.LockOSThread() // so that the thread's processor time is that of the looks
	defer runtime.UnlockOSThread()
	before := threadTime()
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-w.quit:
			w.look(true)
			w.usage.WatchingSeconds = (threadTime() - before).Seconds()
			return
		case <-tick.C:
			w.look(n%thoroughEvery == 0)
		}
	}
}

func (w *watcher) look(thorough bool) {
	if thorough {
		tree, err := treeOf(w.root)
		if err != nil {
			return // it ended; stop says so
		}
		w.tree = tree
		w.usage.PeakPSS = max(w.usage.PeakPSS, proportional(tree))
		w.usage.PeakFDs = max(w.usage.PeakFDs, openFiles(tree))
	} else {
		refresh(w.tree)
	}
	rss := memory(w.tree)
	w.rss(rss)
	w.usage.PeakRSS = max(w.usage.PeakRSS, rss)
}

// threadTime is the processor time of the calling thread.
func threadTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// stop ends the watch and gives what the tree took for so many pages, nil when
// nothing was watched.
func (w *watcher) stop(pages int) (*Usage, error) {
	if w.root == 0 {
		return nil, nil
	}
	close(w.quit)
	<-w.done
	last, err := treeOf(w.root)
	if err != nil {
		return nil, err
	}
	w.usage.CPUSeconds = float64(processorTicks(last)-w.firstTicks) / ticksPerSecond
	w.usage.CPUSecondsPerPage = w.usage.CPUSeconds / float64(max(pages, 1))
	return &w.usage, nil
}
