package pipeline

import (
	"context"
	"sync"

	"ocr-gateway/document"
)

// see has the words of a page found beside its reading, where they are asked for and the
// recognizer does not tell them. Once asking is done, ground gives them to the regions. What
// fails costs the words, not the page: ground then says that they are missing. took is what it took, then.
func (r *run) see(ctx context.Context, by *backend, page *document.Page, asking *sync.WaitGroup, pixels *pixels, took *document.Usage) (ground func([]document.Region) bool) {
	if by.See == nil || r.opts.Boxes != document.BoxesWord {
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
