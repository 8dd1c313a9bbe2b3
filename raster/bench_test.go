package raster_test

import (
	"runtime"
	"syscall"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

// BenchmarkDensePDF renders 200 A4 pages full of 9-point text at 144 dpi with two
// children. cpu-ms/page counts this process and the children that ended.
func BenchmarkDensePDF(b *testing.B) {
	r, _ := newRasterizer(b, func(c *raster.Config) { c.Workers = 2 })
	pages := 0
	start := cpuMilliseconds(b)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		opened, err := openFile(b, r, "dense.pdf", document.Options{DPI: 144})
		if err != nil {
			b.Fatal(err)
		}
		for page, err := range opened.Seq {
			if err != nil {
				b.Fatal(err)
			}
			page.Release()
			pages++
		}
		opened.Close()
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(pages)/b.Elapsed().Seconds(), "pages/s")
	b.ReportMetric((cpuMilliseconds(b)-start)/float64(pages), "cpu-ms/page")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(pages), "allocs/page")
}

func cpuMilliseconds(b *testing.B) float64 {
	total := 0.0
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		total += float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
	}
	return total
}

// BenchmarkOpen is what a document costs beside its pages: a child, opening, closing.
func BenchmarkOpen(b *testing.B) {
	r, _ := newRasterizer(b, nil)
	start := cpuMilliseconds(b)
	for b.Loop() {
		opened, err := openFile(b, r, "form.pdf", document.Options{})
		if err != nil {
			b.Fatal(err)
		}
		opened.Close()
	}
	b.ReportMetric((cpuMilliseconds(b)-start)/float64(b.N), "cpu-ms/op")
}
