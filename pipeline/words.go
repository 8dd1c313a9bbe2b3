package pipeline

import (
	"context"
	"slices"
	"sync"

	"ocr-gateway/document"
)

// see has the words of a page located beside its reading, where they are asked for and neither the
// recognizer nor the document tells where they are. Once beside is done, ground assigns them to
// the regions. A failure costs only the words: ground then returns false. took is what it took,
// once it is done.
func (p *pageRun) see(ctx context.Context, regions []document.Region, beside *sync.WaitGroup, took *document.Usage) (ground func([]document.Region) bool) {
	if p.by.See == nil || p.opts.Boxes != document.BoxesWord || !slices.ContainsFunc(regions, wordless) {
		return func([]document.Region) bool { return true }
	}
	var seen []document.WordBox
	var err error
	looking := p.pixels.use()
	beside.Go(func() {
		defer looking(0)
		defer recovered(&err)
		defer p.processor.read(took)()
		seen, err = p.by.See(ctx, p.page)
	})
	return func(regions []document.Region) bool {
		if err != nil {
			p.log.WarnContext(ctx, "words could not be placed", "page", p.page.Number, "error", err)
			return false
		}
		p.by.Ground(regions, seen)
		return true
	}
}

// wordless reports whether a region may have text, and has no words.
func wordless(region document.Region) bool {
	return region.Type != document.RegionImage && len(region.Words) == 0
}
