package raster_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster"
	"ocr-gateway/raster/rastertest"
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

// BenchmarkPicture reads a scanned A4 page at 150 dpi as an upload comes in.
// cpu-ms/op counts this process and the children that ended.
func BenchmarkPicture(b *testing.B) {
	for _, kind := range []string{"gray.jpg", "color.jpg", "gray.png", "color.png"} {
		b.Run(kind, func(b *testing.B) {
			data := scannedPage(b, kind)
			r, _ := newRasterizer(b, nil)
			start := cpuMilliseconds(b)
			for b.Loop() {
				opened, err := r.Open(b.Context(), document.NewSource(kind, data), document.Options{})
				if err != nil {
					b.Fatal(err)
				}
				for page, err := range opened.Seq {
					if err != nil {
						b.Fatal(err)
					}
					page.Release()
				}
				opened.Close()
			}
			if err := r.Close(b.Context()); err != nil { // the kernel counts children that ended
				b.Fatal(err)
			}
			b.ReportMetric((cpuMilliseconds(b)-start)/float64(b.N), "cpu-ms/op")
		})
	}
}

// scannedPage is a page of lines on paper with noise, in color or not.
func scannedPage(b *testing.B, kind string) []byte {
	const width, height = 1240, 1754
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	gray := image.NewGray(img.Rect)
	for y := range height {
		for x := range width {
			level := uint8(245 + random.IntN(6))
			if y%40 < 14 && (x/5+y/40)%3 == 0 && x > 100 && x < 1140 {
				level = uint8(30 + random.IntN(20))
			}
			gray.SetGray(x, y, color.Gray{level})
			img.SetRGBA(x, y, color.RGBA{level, level, level - 5, 255})
		}
	}
	var picture image.Image = img
	if strings.HasPrefix(kind, "gray") {
		picture = gray
	}
	var buf bytes.Buffer
	var err error
	if strings.HasSuffix(kind, ".png") {
		err = png.Encode(&buf, picture)
	} else {
		err = jpeg.Encode(&buf, picture, &jpeg.Options{Quality: 85})
	}
	if err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkSearchable adds 500 words to each page of a document.
func BenchmarkSearchable(b *testing.B) {
	for _, pages := range []int{1, 20} {
		b.Run(fmt.Sprint(pages), func(b *testing.B) { benchmarkSearchable(b, pages) })
	}
}

func benchmarkSearchable(b *testing.B, pages int) {
	r, _ := newRasterizer(b, nil)
	pdf := rastertest.NewPDF()
	var read []document.PageResult
	for n := range pages {
		pdf.Page("/MediaBox[0 0 595 842]", scanned(pdf, 600, 850), "q 595 0 0 842 0 0 cm /Scan Do Q")
		region := document.Region{}
		for i := range 500 {
			x, y := i%10*120, i/10*34
			region.Words = append(region.Words, document.WordBox{Text: fmt.Sprint("word", i), BBox: document.BBox{x, y, x + 100, y + 30}, Line: i / 10})
		}
		read = append(read, document.PageResult{Number: n + 1, Width: 1240, Height: 1754, Regions: []document.Region{region}})
	}
	src := document.NewSource("a.pdf", pdf.Bytes(""))
	start := cpuMilliseconds(b)
	for b.Loop() {
		if err := r.Searchable(b.Context(), src, document.Options{}, read, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpuMilliseconds(b)-start)/float64(b.N*pages), "cpu-ms/page")
}
