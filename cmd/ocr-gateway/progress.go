package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"ocr-gateway/document"
)

// progress shows pages, pages/s and failures on a terminal; elsewhere it shows
// nothing but what is said.
type progress struct {
	bars   *mpb.Progress
	bar    *mpb.Bar
	total  int64
	out    io.Writer
	failed atomic.Int64           // read by the bar's own goroutine
	name   atomic.Pointer[string] // of the document in work; read there too
}

func newProgress() *progress {
	p := &progress{out: os.Stderr}
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return p
	}
	p.name.Store(new(string))
	p.bars = mpb.New(mpb.WithOutput(os.Stderr))
	p.bar = p.bars.AddBar(0,
		mpb.PrependDecorators(
			decor.Any(func(decor.Statistics) string { return *p.name.Load() + " " }),
			decor.CountersNoUnit("%d/%d pages"),
		),
		mpb.AppendDecorators(
			decor.AverageSpeed(0, "%.1f pages/s"),
			decor.Any(func(decor.Statistics) string {
				if n := p.failed.Load(); n > 0 {
					return fmt.Sprintf("  %d failed", n)
				}
				return ""
			}),
		),
	)
	p.out = p.bars
	return p
}

// event takes one step of the document called name.
func (p *progress) event(name string, e document.Event) {
	if p.bar == nil {
		return
	}
	switch e.Kind {
	case document.EventAccepted:
		p.name.Store(&name)
		p.total += int64(e.Summary.Pages)
		p.bar.SetTotal(p.total, false)
	case document.EventPageFail:
		p.failed.Add(1)
		p.bar.Increment()
	case document.EventPage:
		p.bar.Increment()
	}
}

// say writes a line above the bar.
func (p *progress) say(format string, args ...any) {
	fmt.Fprintf(p.out, format+"\n", args...)
}

func (p *progress) close() {
	if p.bar == nil {
		return
	}
	p.bar.SetTotal(-1, true)
	p.bars.Wait()
}
