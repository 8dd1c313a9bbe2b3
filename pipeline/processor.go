package pipeline

import (
	"ocr-gateway/document"
	"ocr-gateway/internal/share"
)

// processor divides the processor time of this process among the pages that it takes it for.
// What is spent while pages are looked at or regions are read is shared by those; the rest, by
// the pages in work. What a page's child takes is the page's own; see document.Page.
type processor struct{ reading, pages *share.Meter }

func newProcessor() processor {
	reading := share.New(share.CPU)
	return processor{reading, share.New(reading.Unused)}
}

// read begins work on a page's reading; end adds its part of the processor time to took.
func (p processor) read(took *document.Usage) (end func()) {
	use := p.reading.Begin()
	return func() { took.CPUSeconds += document.Seconds(p.reading.End(use)) }
}
