package pipeline

import (
	"context"
	"slices"
	"sync"

	"ocr-gateway/document"
)

// see has the words of a page found beside its reading, where they are asked for and neither the
// recognizer tells them nor the document itself. Once asking is done, ground gives them to the regions. What
// fails costs the words, not the page: ground then says that they are missing. took is what it took, then.
func (r *run) see(ctx context.Context, by *backend, page *document.Page, regions []document.Region, asking *sync.WaitGroup, pixels *pixels, took *document.Usage) (ground func([]document.Region) bool) {
	if by.See == nil || r.opts.Boxes != document.BoxesWord || !slices.ContainsFunc(regions, wordless) {
		return func([]document.Region) bool { return true }
	}
	var seen []document.WordBox
	var err error
	looking := pixels.use()
	asking.Go(func() {
		defer looking(0)
		defer recovered(&err)
		defer r.processor.read(took)()
		seen, err = by.See(ctx, page)
	})
	return func(regions []document.Region) bool {
		if err != nil {
			r.log.WarnContext(ctx, "words could not be placed", "page", page.Number, "error", err)
			return false
		}
		by.Ground(regions, seen)
		return true
	}
}

// wordless holds for a region that may have text, and has no words.
func wordless(region document.Region) bool {
	return region.Type != document.RegionImage && len(region.Words) == 0
}
