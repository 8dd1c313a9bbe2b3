package raster_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

// progressiveBomb is a progressive JPEG that says next to nothing, in scans of which each
// makes a decoder walk over all blocks, and hold the coefficients of all components.
func progressiveBomb(width, height, components, scans int) []byte {
	blocks := (width + 7) / 8 * ((height + 7) / 8)
	segment := func(marker byte, body ...byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
	}
	// A table with a single code, 0, of one bit.
	oneCode := func(table, symbol byte) []byte {
		return segment(0xc4, append(append([]byte{table, 1}, make([]byte, 15)...), symbol)...)
	}
	var quarter [64]byte
	for i := range quarter {
		quarter[i] = 1
	}
	frame := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(height)), uint16(width))
	frame = append(frame, byte(components))
	for i := range components {
		frame = append(frame, byte(i+1), 0x11, 0)
	}
	out := slices.Concat([]byte{0xff, 0xd8}, segment(0xee, append([]byte("Adobe"), 0, 100, 0, 0, 0, 0, 0)...),
		segment(0xdb, append([]byte{0}, quarter[:]...)...), segment(0xc2, frame...), oneCode(0x00, 0x00), oneCode(0x10, 0xe0))
	for i := range components {
		out = append(append(out, segment(0xda, 1, byte(i+1), 0, 0, 0, 0)...), make([]byte, (blocks+7)/8)...)
	}
	// "Nothing new in the next 16384 blocks": the code of EOB14 and 14 bits of its run.
	idle := segment(0xda, 1, 1, 0, 1, 63, 0)
	var bits, n uint
	for left := blocks; left > 0; left -= 16384 {
		bits, n = bits<<15, n+15
		for ; n >= 8; n -= 8 {
			idle = append(idle, byte(bits>>(n-8)))
		}
	}
	idle = append(idle, byte(bits<<(8-n))|(1<<(8-n)-1))
	for range scans {
		out = append(out, idle...)
	}
	return append(out, 0xff, 0xd9)
}

// slowBomb takes a minute and more.
func slowBomb() *document.Source {
	return document.NewSource("", progressiveBomb(7000, 7000, 1, 490))
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
	if err := onlyPage(t.Context(), r, document.NewSource("", progressiveBomb(5000, 5000, 1, 20))); err != nil {
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
		{"scans", progressiveBomb(100, 100, 1, 600), document.CodeUnreadable, "601 scans and the limit is 500"},
		{"coefficients", progressiveBomb(5000, 5000, 4, 1)[:400], document.CodeTooManyPixels, "takes 762 MiB of memory and the limit is 256"},
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

// TestReckonedCoversDecoding compares what a decoder allocates with what was reckoned.
func TestReckonedCoversDecoding(t *testing.T) {
	const width, height = 1600, 1200
	rect := image.Rect(0, 0, width, height)
	encode := func(img image.Image, how func(*bytes.Buffer, image.Image) error) []byte {
		var buf bytes.Buffer
		if err := how(&buf, img); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	asPNG := func(b *bytes.Buffer, img image.Image) error { return png.Encode(b, img) }
	asJPEG := func(b *bytes.Buffer, img image.Image) error { return jpeg.Encode(b, img, nil) }
	asGIF := func(b *bytes.Buffer, img image.Image) error { return gif.Encode(b, img, nil) }
	transparent := image.NewNRGBA(rect)
	transparent.Set(1, 1, color.NRGBA{1, 2, 3, 4})
	for name, data := range map[string][]byte{
		"progressive gray": progressiveBomb(width, height, 1, 1),
		"progressive RGB":  progressiveBomb(width, height, 3, 1),
		"progressive CMYK": progressiveBomb(width, height, 4, 1),
		"baseline":         encode(image.NewRGBA(rect), asJPEG),
		"baseline gray":    encode(image.NewGray(rect), asJPEG),
		"PNG":              encode(image.NewRGBA(rect), asPNG),
		"PNG with alpha":   encode(transparent, asPNG),
		"PNG of 16 bits":   encode(image.NewNRGBA64(rect), asPNG),
		"GIF":              encode(image.NewPaletted(rect, palette.Plan9), asGIF),
	} {
		t.Run(name, func(t *testing.T) {
			w, h, memory, _, err := raster.Reckon(data)
			if err != nil || w != width || h != height {
				t.Fatalf("%d x %d, %v", w, h, err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if _, err := raster.DecodeWithGo(data); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			const turned = 2 * 4 * width * height // RGBA, and the same upright
			const besides = 1 << 20               // buffers and tables
			if took := int64(after.TotalAlloc - before.TotalAlloc); took+turned > memory+besides {
				t.Errorf("decoding allocates %d bytes, %d are reckoned", took+turned, memory)
			}
		})
	}
}

// TestReckonReadsEveryHeader compares the sizes with those of the decoded images.
func TestReckonReadsEveryHeader(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for _, pattern := range []string{"*.jpg", "*.png", "*.gif", "*.bmp", "*.webp", "*.heic", "*.avif"} {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			width, height, _, _, err := raster.Reckon(data)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			pages, err := openFile(t, r, filepath.Base(file), document.Options{})
			if page := allPages(t, pages, err)[0]; page.Width*page.Height != width*height {
				t.Errorf("%s: %d x %d reckoned, is %d x %d", file, width, height, page.Width, page.Height)
			}
		}
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

// TestNamespacesAreTriedAgain wants each child tried with a network namespace, and a
// machine that is short of processes not taken for one that forbids them.
func TestNamespacesAreTriedAgain(t *testing.T) {
	got := raster.Starts(0, syscall.EPERM, 0, syscall.EAGAIN, 0, syscall.ENOSPC, syscall.EMFILE, 0)
	if want := []string{"own", "shared", "own", "not", "own", "shared", "not", "own"}; !slices.Equal(got, want) {
		t.Errorf("started %v, want %v", got, want)
	}
}

// TestBuffersAreBounded wants little kept beside the budget.
func TestBuffersAreBounded(t *testing.T) {
	const size, count = 9 << 20, 20
	kept, dead := raster.KeptBuffers(size, count)
	if kept > raster.MaxKeptBuffers || kept < size || kept+dead != size*count {
		t.Errorf("%d bytes kept and %d dead", kept, dead)
	}
}
