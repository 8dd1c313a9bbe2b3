package embedded

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
)

func cpuNow() float64 {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}
func rss() string {
	s, _ := os.ReadFile("/proc/self/status")
	var o string
	for l := range strings.Lines(string(s)) {
		if strings.HasPrefix(l, "VmHWM") || strings.HasPrefix(l, "VmRSS") {
			o += strings.Join(strings.Fields(l), " ") + " "
		}
	}
	return o
}

func TestProbe(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Dir = "../../models"
	e, err := New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("loaded", rss())
	in := make([]float32, 3*2048*2048)
	out := make([]float32, 40_000_000)
	fmt.Println("buffers", rss())
	which := os.Getenv("PROBE")
	if which == "det" {
		for _, s := range [][2]int{{640, 640}, {960, 704}, {1280, 896}, {1280, 640}, {640, 1280}, {1280, 1280}, {1600, 1120}, {2048, 1440}} {
			for range 2 {
				c := cpuNow()
				h, w := s[0], s[1]
				if err := e.detector.run(array{in[:3*w*h], []int64{1, 3, int64(h), int64(w)}}, array{out[:w*h], []int64{1, 1, int64(h), int64(w)}}); err != nil {
					t.Fatal(err)
				}
				fmt.Printf("det %v cpu %.3f per Mpx %.3f %s\n", s, cpuNow()-c, (cpuNow()-c)/float64(w*h)*1e6, rss())
			}
		}
	}
	if which == "rec" {
		for _, s := range [][2]int{{1, 64}, {1, 160}, {1, 320}, {1, 640}, {1, 1280}, {1, 2048}, {2, 640}, {3, 640}, {6, 320}, {12, 160}, {24, 80}, {2, 320}, {4, 320}, {6, 640}, {1, 3200}} {
			for k := range 2 {
				c := cpuNow()
				n, w := s[0], s[1]
				reps := 5
				for range reps {
					if err := e.reader.run(array{in[:3*w*48*n], []int64{int64(n), 3, 48, int64(w)}}, array{out[:n*(w/8)*18710], []int64{int64(n), int64(w / 8), 18710}}); err != nil {
						t.Fatal(err)
					}
				}
				if k == 1 {
					fmt.Printf("rec %v cpu ms %.1f per 1000px %.1f %s\n", s, (cpuNow()-c)*1000/float64(reps), (cpuNow()-c)*1000/float64(reps)/float64(w*n)*1000, rss())
				}
			}
		}
	}
}
