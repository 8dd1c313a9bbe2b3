package vllm_test

import (
	"image"
	"image/draw"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
)

// BenchmarkRegion reads crops of 800x200, as many at once as the engine has slots.
// The processor time is this process' own: name a server in another process
// (fakevllm) by OCR_VLLM_URL, or it contains the fake's.
func BenchmarkRegion(b *testing.B) {
	endpoint := vllm.Endpoint{URL: os.Getenv("OCR_VLLM_URL"), APIKey: os.Getenv("OCR_VLLM_API_KEY")}
	if endpoint.URL == "" {
		_, endpoint = serve(b, enginetest.Config{})
	}
	e := start(b, vllm.DefaultConfig(), endpoint)
	text := enginetest.TextPage()
	img := image.NewRGBA(image.Rect(0, 0, 1652, 2352))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for y := 0; y < 2300; y += 100 {
		draw.Draw(img, image.Rect(100, y, 1000, y+300), text.Image, image.Pt(0, 100), draw.Src)
	}
	page := &document.Page{Number: 1, Width: 1652, Height: 2352, Image: img}
	region := document.Region{Type: document.RegionText, BBox: document.BBox{100, 200, 900, 400}}
	if _, err := e.Recognize(b.Context(), page, region, document.Options{}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	before, begin := processorTime(), time.Now()
	b.ResetTimer()
	work := make(chan struct{})
	var readers sync.WaitGroup
	for range e.Slots() {
		readers.Go(func() {
			for range work {
				if _, err := e.Recognize(b.Context(), page, region, document.Options{}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	readers.Wait()
	b.StopTimer()
	b.ReportMetric(float64((processorTime()-before).Microseconds())/float64(b.N), "cpu-µs/op")
	b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "regions/s")
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
