package pipeline

import (
	"ocr-gateway/document"
	"ocr-gateway/internal/share"
)

// processor divides the processor time of this process among pages. What is spent during layout
// and reading is shared by the pages there; the rest, by all pages in work. The time of rendering
// children is measured for each page; see document.Page.
type processor struct{ reading, pages *share.Meter }

func newProcessor() processor {
	reading := share.New(share.CPU)
	return processor{reading, share.New(reading.Unused)}
}

// read begins work on a page's reading; end adds its share of the processor time to took.
func (p processor) read(took *document.Usage) (end func()) {
	use := p.reading.Begin()
	return func() { took.CPUSeconds += document.Seconds(p.reading.End(use)) }
}
