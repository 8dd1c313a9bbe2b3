package raster_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

// await fails unless a condition comes true within a minute.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// TestKilledChildCostsNothing kills a document's children again and again: every
// page still comes.
func TestKilledChildCostsNothing(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	pages, err := openFile(t, r, "dense.pdf", document.Options{DPI: 50})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	next, killed := 1, 0
	for page, err := range pages.Seq {
		if err != nil || page.Number != next {
			t.Fatalf("page %d instead of %d: %v", page.Number, next, err)
		}
		page.Release()
		next++
		if page.Number%40 == 0 {
			for _, pid := range r.ChildPIDs() {
				// It may be gone already, given up by a worker that found no more pages.
				_ = syscall.Kill(pid, syscall.SIGKILL)
				killed++
			}
		}
	}
	if next != 201 || killed < 4 {
		t.Errorf("%d pages, want 200; %d children killed, want at least 4", next-1, killed)
	}
}

// TestKilledTwice wants a page whose children die twice to fail, and no more.
func TestKilledTwice(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.Workers = 1 })
	pages, err := r.Open(t.Context(), document.NewSource("", bomb()), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	var killer sync.WaitGroup
	killer.Go(func() {
		killed := make(map[int]bool)
		for len(killed) < 2 {
			for _, pid := range r.ChildPIDs() {
				if !killed[pid] && cpuTicks(pid) > 5 { // at work on the bomb
					killed[pid] = true
					syscall.Kill(pid, syscall.SIGKILL)
				}
			}
			time.Sleep(time.Millisecond)
		}
	})
	defer killer.Wait()
	for page, err := range pages.Seq {
		if page.Number == 1 {
			wantProblem(t, err, document.CodePageFailed)
		} else if err != nil {
			t.Error(err)
		}
		page.Release()
	}
}

// cpuTicks is the processor time that a process has used, in hundredths of a second.
func cpuTicks(pid int) int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	ticks, _ := strconv.Atoi(fields[11])
	return ticks
}

// TestCancelFreesChildren wants the children of a canceled document gone at once.
func TestCancelFreesChildren(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.PageTimeout = time.Hour })
	ctx, cancel := context.WithCancel(t.Context())
	pages, err := r.Open(ctx, document.NewSource("", bomb()), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	var children []int
	var canceler sync.WaitGroup
	canceler.Go(func() {
		for len(children) == 0 {
			for _, pid := range r.ChildPIDs() {
				if cpuTicks(pid) > 5 {
					children = append(children, pid)
				}
			}
		}
		cancel()
	})
	for page, err := range pages.Seq {
		if page != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("page %v, error %v", page, err)
		}
	}
	canceler.Wait()
	for _, pid := range children {
		await(t, "child ends", func() bool { return syscall.Kill(pid, 0) != nil })
	}
	if left := r.ChildPIDs(); len(left) > 0 {
		t.Errorf("children %v are still the document's", left)
	}
}

// TestReadAhead wants few pages rendered for a reader who stops, and none after.
func TestReadAhead(t *testing.T) {
	r, b := newRasterizer(t, func(c *raster.Config) { c.ReadAhead = 3 })
	pages, err := openFile(t, r, "dense.pdf", document.Options{DPI: 50})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	for page, err := range pages.Seq {
		if err != nil {
			t.Fatal(err)
		}
		await(t, "three pages ahead", func() bool { return b.pages() == 4 })
		// Another document gives this one time to go too far.
		other, err := openFile(t, r, "pages.tif", document.Options{})
		allPages(t, other, err)
		if got := b.pages(); got != 4+3 {
			t.Errorf("%d pages begun, want 4 and the other document's 3", got)
		}
		page.Release()
		break
	}
}

// TestSlowReadersDoNotStarveOthers has as many slow readers as there are children,
// and still opens another document. Then the slow ones go on.
func TestSlowReadersDoNotStarveOthers(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.Workers, c.MaxChildren, c.ReadAhead = 2, 2, 2 })
	slowed, goOn := make(chan struct{}), make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			pages, err := openFile(t, r, "dense.pdf", document.Options{DPI: 36})
			if err != nil {
				t.Error(err)
				return
			}
			defer pages.Close()
			next := 1
			for page, err := range pages.Seq {
				if err != nil || page.Number != next {
					t.Errorf("page %d: %v", next, err)
				}
				if next == 1 {
					slowed <- struct{}{}
					<-goOn
				}
				page.Release()
				next++
			}
			if next != 201 {
				t.Errorf("%d pages, want 200", next-1)
			}
		})
	}
	for range 3 {
		<-slowed
	}
	pages, err := openFile(t, r, "form.pdf", document.Options{})
	allPages(t, pages, err)
	close(goOn)
	readers.Wait()
}

// tightBudget has room for a number of pages and makes others wait.
type tightBudget chan struct{}

func (b tightBudget) Acquire(ctx context.Context, _ int64) (func(rest int64), error) {
	select {
	case b <- struct{}{}:
		return func(rest int64) {
			if rest == 0 {
				<-b
			}
		}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestMemoryForOnePage wants documents to share memory for a single page without
// locking each other out.
func TestMemoryForOnePage(t *testing.T) {
	cfg := testConfig()
	cfg.MaxChildren = 2
	r, err := raster.New(cfg, make(tightBudget, 1), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			pages, err := openFile(t, r, "dense.pdf", document.Options{DPI: 36})
			if err != nil {
				t.Error(err)
				return
			}
			defer pages.Close()
			n := 0
			for page, err := range pages.Seq {
				if err != nil {
					t.Error(err)
				}
				n++
				page.Release()
			}
			if n != 200 {
				t.Errorf("%d pages, want 200", n)
			}
		})
	}
	readers.Wait()
}

// TestManyDocuments reads sixteen documents at once and leaves nothing behind: no
// descriptor, no process, no memory.
func TestManyDocuments(t *testing.T) {
	before := descriptors(t)
	cfg := testConfig()
	b := new(budget)
	r, err := raster.New(cfg, b, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"dense.pdf", "form.pdf", "pages.tif", "exif6.jpg", "plain.png", "user_r6.pdf", "lossy.webp", "group4.tif"}
	var readers sync.WaitGroup
	for i := range 16 {
		readers.Go(func() {
			file := files[i%len(files)]
			pages, err := openFile(t, r, file, document.Options{DPI: 72, Password: "geheim"})
			if err != nil {
				t.Errorf("%s: %v", file, err)
				return
			}
			defer pages.Close()
			n := 0
			for page, err := range pages.Seq {
				if err != nil {
					t.Errorf("%s: %v", file, err)
				}
				n++
				page.Release()
				if i == 8 && n == 10 { // dense.pdf: left early
					return
				}
			}
			if n != len(pages.Numbers) {
				t.Errorf("%s: %d pages, want %d", file, n, len(pages.Numbers))
			}
		})
	}
	readers.Wait()
	if left := r.ChildPIDs(); len(left) > 0 {
		t.Errorf("children %v hold documents", left)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if b.used != 0 {
		t.Errorf("%d bytes of page memory not given back", b.used)
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors open, %d before", after, before)
	}
	if children := childProcesses(t); len(children) > 0 {
		t.Errorf("processes %v left", children)
	}
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// childProcesses lists the children of this process, zombies too.
func childProcesses(t *testing.T) (pids []string) {
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(lists) == 0 {
		t.Skip("the kernel does not list children")
	}
	for _, list := range lists {
		data, err := os.ReadFile(list)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a thread that ended
		}
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, strings.Fields(string(data))...)
	}
	return pids
}

// TestCloseEndsOpenDocuments wants a document in work to end with an error.
func TestCloseEndsOpenDocuments(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	pages, err := openFile(t, r, "dense.pdf", document.Options{DPI: 36})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	var last error
	for page, err := range pages.Seq {
		if page == nil {
			last = err
			break
		}
		page.Release()
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	wantProblem(t, last, document.CodeOverloaded)
	_, err = openFile(t, r, "dense.pdf", document.Options{})
	wantProblem(t, err, document.CodeOverloaded)
}

func TestPagesAreRangedOverOnce(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for _, file := range []string{"form.pdf", "plain.png"} {
		pages, err := openFile(t, r, file, document.Options{})
		allPages(t, pages, err)
		for page, err := range pages.Seq {
			if page != nil || err == nil {
				t.Errorf("%s: page %v, error %v", file, page, err)
			}
		}
		pages.Close()
	}
}

// TestNoChildStarts wants an error for the log and the caller, not a hang.
func TestNoChildStarts(t *testing.T) {
	for _, command := range []string{"/no/such/program", "/bin/false"} {
		t.Run(command, func(t *testing.T) {
			r, _ := newRasterizer(t, func(c *raster.Config) { c.Command = []string{command} })
			if _, err := openFile(t, r, "form.pdf", document.Options{}); err == nil {
				t.Error("opened")
			}
		})
	}
}
