package raster_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster"
	"ocr-gateway/raster/rastertest"
)

// slowBomb takes a minute and more.
func slowBomb() *document.Source {
	return document.NewSource("", rastertest.ProgressiveBomb(7000, 7000, 1, 490))
}

// onlyPage decodes an image, and gives why it failed.
func onlyPage(ctx context.Context, r *raster.Rasterizer, src *document.Source) error {
	pages, err := r.Open(ctx, src, document.Options{})
	if err != nil {
		return err
	}
	defer pages.Close()
	for page, err := range pages.Seq {
		if page != nil {
			page.Release()
		}
		return err
	}
	return nil
}

// TestPageTimeoutBoundsPictures wants an image that takes too long ended, and nothing left
// of it.
func TestPageTimeoutBoundsPictures(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.PageTimeout = 2 * time.Second })
	err := onlyPage(t.Context(), r, slowBomb())
	if problem := wantProblem(t, err, document.CodePageTimeout); problem.Detail != "the JPEG image took longer than 2s to decode" {
		t.Error(problem.Detail)
	}
	if left := append(r.ChildPIDs(), r.IdlePIDs()...); len(left) > 0 {
		t.Errorf("children %v go on", left)
	}
}

// TestSlowPicturesLeaveOthersRoom reads a small image while many large ones are in work.
func TestSlowPicturesLeaveOthersRoom(t *testing.T) {
	r, b := newRasterizer(t, func(c *raster.Config) { c.PageTimeout = time.Hour })
	ctx, cancel := context.WithCancel(t.Context())
	var bombs sync.WaitGroup
	for range 10 {
		bombs.Go(func() {
			if err := onlyPage(ctx, r, slowBomb()); err == nil {
				t.Error("decoded")
			}
		})
	}
	inWork := func(pid int) bool { return cpuTicks(pid) > 10 }
	for !slices.ContainsFunc(r.ChildPIDs(), inWork) {
		time.Sleep(time.Millisecond)
	}
	if n := b.pages(); n != 0 {
		t.Errorf("%d images that are not there yet hold memory", n)
	}
	pages, err := openFile(t, r, "plain.png", document.Options{})
	allPages(t, pages, err)
	cancel()
	bombs.Wait()
}

// TestSlowPicturesStepBack has a child at a picture that takes long go behind others, and
// no child that did so get another picture.
func TestSlowPicturesStepBack(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.PageTimeout = time.Hour })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- onlyPage(ctx, r, slowBomb()) }()
	last := min(19, niceness(os.Getpid())+10)
	for !slices.ContainsFunc(r.ChildPIDs(), func(pid int) bool { return niceness(pid) == last }) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
	if err := onlyPage(t.Context(), r, document.NewSource("", rastertest.ProgressiveBomb(5000, 5000, 1, 20))); err != nil {
		t.Error(err)
	}
	for _, pid := range r.IdlePIDs() {
		if niceness(pid) == last {
			t.Error("a child that stepped back waits for another picture")
		}
	}
}

// niceness of a process, -1 when it is gone.
func niceness(pid int) int {
	n, err := syscall.Getpriority(syscall.PRIO_PROCESS, pid)
	if err != nil {
		return -1
	}
	return 20 - n // as the system call has it
}

// TestCostlyPicturesAreRefused wants that told by the header alone.
func TestCostlyPicturesAreRefused(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.ChildMemory = 256 << 20 })
	for _, c := range []struct {
		name string
		data []byte
		code document.Code
		says string
	}{
		{"scans", rastertest.ProgressiveBomb(100, 100, 1, 600), document.CodeUnreadable, "601 scans and the limit is 500"},
		{"coefficients", rastertest.ProgressiveBomb(5000, 5000, 4, 1)[:400], document.CodeTooManyPixels, "takes 762 MiB of memory and the limit is 256"},
		{"16 bits, interlaced", append(pngHeader(5000, 5000, 16, 6)[:28], 1, 0, 0, 0, 0), document.CodeTooManyPixels, "takes 572 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := onlyPage(t.Context(), r, document.NewSource("", c.data))
			if problem := wantProblem(t, err, c.code); !strings.Contains(problem.Detail, c.says) {
				t.Error(problem.Detail)
			}
		})
	}
}

// TestChildrenGoOnWithPictures wants a child reused after a decoder written in Go, and never
// after C has seen an image, nor for a PDF.
func TestChildrenGoOnWithPictures(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	read := func(file string) {
		t.Helper()
		pages, err := openFile(t, r, file, document.Options{})
		allPages(t, pages, err)
	}
	read("plain.png")
	first := r.IdlePIDs()
	if len(first) != 1 {
		t.Fatalf("idle children %v, want one", first)
	}
	read("exif6.jpg")
	if now := r.IdlePIDs(); !slices.Equal(now, first) {
		t.Errorf("idle children %v, want %v", now, first)
	}
	pages, err := openFile(t, r, "form.pdf", document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(r.ChildPIDs(), first[0]) {
		t.Error("the PDF is read where images were")
	}
	allPages(t, pages, nil)
	read("plain.heic")
	if now := r.IdlePIDs(); len(now) != 0 {
		t.Errorf("child %v goes on after libheif", now)
	}
}

// TestOutOfDescriptors wants a sound document refused for now, and not for good.
func TestOutOfDescriptors(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	none := syscall.Rlimit{Cur: 3, Max: limit.Max}
	data := map[string][]byte{}
	for _, file := range []string{"form.pdf", "plain.png", "pages.tif"} {
		b, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		data[file] = b
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	for _, b := range data {
		_, err := r.Open(t.Context(), document.NewSource("", b), document.Options{})
		if problem := wantProblem(t, err, document.CodeOverloaded); !problem.Retryable {
			t.Error("not to be tried again")
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	for file := range data {
		pages, err := openFile(t, r, file, document.Options{})
		allPages(t, pages, err)
	}
}

// TestStateWhileNoChildStarts wants it known why documents are refused.
func TestStateWhileNoChildStarts(t *testing.T) {
	for _, command := range []string{"/no/such/program", "/bin/false"} {
		r, _ := newRasterizer(t, func(c *raster.Config) { c.Command = []string{command} })
		_, err := openFile(t, r, "form.pdf", document.Options{})
		if problem := wantProblem(t, err, document.CodeOverloaded); !problem.Retryable {
			t.Error("not to be tried again")
		}
		if s := r.State(); s.Failing == nil || s.Failures == 0 || s.Isolated+s.Shared != 0 {
			t.Errorf("state %+v", s)
		}
	}
	r, _ := newRasterizer(t, nil)
	await(t, "a child is there", func() bool { s := r.State(); return s.Failing == nil && s.Isolated+s.Shared > 0 })
}

// TestBuffersAreBounded wants little kept beside the budget.
func TestBuffersAreBounded(t *testing.T) {
	const size, count = 9 << 20, 20
	kept, dead := raster.KeptBuffers(size, count)
	if kept > raster.MaxKeptBuffers || kept < size || kept+dead != size*count {
		t.Errorf("%d bytes kept and %d dead", kept, dead)
	}
}
