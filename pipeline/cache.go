package pipeline

import (
	"context"
	"encoding/json"
	"fmt"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/once"
)

// Cache keeps what was read on pages, by the hash of all that it depends on. It may lose
// anything and is safe for concurrent use.
type Cache = once.Cache

// kept is the part of a page's result that depends only on its key. Text and pictures are made
// again from it, and the numbers in names are those of the page at hand.
type kept struct {
	Width, Height, Rotation int
	Layout                  string
	Regions                 []keptRegion
	Answer                  *string // to the question, where one was asked and could be
	TextLayer               *document.LayerCounts
	Lessons                 []byte // what the page has taught of the document's glyphs
}

// keptRegion is a region with the parts that answers leave out and that are needed all the same.
type keptRegion struct {
	document.Region
	Grid *document.Grid
}

// keep encodes the page if it was read completely; nil if not. A page without its layout because
// detector was down is not complete.
func (p *pageRun) keep(detector document.Info) []byte {
	page := p.result
	withLayout := p.opts.Layout && (p.opts.Task == document.TaskText || p.opts.Task == document.TaskDocument)
	if page.Status != document.StatusOK || withLayout && page.Layout != detector.Name {
		return nil
	}
	k := kept{Width: page.Width, Height: page.Height, Rotation: page.Rotation, Layout: page.Layout, TextLayer: page.TextLayer, Lessons: p.turn.Lessons()}
	if page.Answer != nil {
		if page.Answer.Error != nil {
			return nil
		}
		k.Answer = &page.Answer.Text
	}
	for _, region := range page.Regions {
		switch {
		case region.Error == nil, region.Error.Code == document.CodeNotRead:
		case region.Error.Code == document.CodeImageLeftOut:
			region.Error = nil
		default:
			return nil
		}
		region.Image = ""
		region.Attempts, region.PromptTokens, region.CompletionTokens = 0, 0, 0
		k.Regions = append(k.Regions, keptRegion{region, region.Grid})
	}
	b, err := json.Marshal(k)
	if err != nil {
		return nil // a number that JSON cannot express
	}
	return b
}

// restore makes the page's result from what was kept. False when it cannot: the value is damaged,
// or pictures are wanted of a page that was turned upright.
func (p *pageRun) restore(ctx context.Context, value []byte) bool {
	var k kept
	if json.Unmarshal(value, &k) != nil {
		return false
	}
	regions := make([]document.Region, len(k.Regions))
	ids := map[string]string{"": ""}
	for i, region := range k.Regions {
		regions[i] = region.Region
		regions[i].Grid = region.Grid
		regions[i].ID = regionID(p.page.Number, i)
		ids[region.ID] = regions[i].ID
	}
	for i := range regions {
		regions[i].MergedInto = ids[regions[i].MergedInto]
	}
	asRendered := k.Rotation == 0 && k.Width == p.page.Width && k.Height == p.page.Height
	if p.wantsPictures() && readable(regions) < len(regions) && !asRendered {
		return false
	}
	if p.judges() && p.turn.Ledger().Repeat(k.Lessons) != nil {
		return false
	}
	p.turn.Teach(k.Lessons)
	p.result.TextLayer = k.TextLayer
	p.result.Width, p.result.Height, p.result.Rotation, p.result.Layout = k.Width, k.Height, k.Rotation, k.Layout
	p.result.Regions, p.result.Status, p.result.Cached = regions, document.StatusOK, true
	p.result.Images = p.cut(ctx, regions)
	if k.Answer != nil {
		p.result.Answer = &document.Answer{Text: *k.Answer}
	}
	p.write(p.result)
	return true
}

// readOnce takes the page from the cache, or from another run that reads the same page
// now, or reads it and keeps it.
func (p *pageRun) readOnce(ctx context.Context) *document.PageResult {
	detector, profile := p.by.Detector.Info(), p.by.Recognizer.Info().Profile
	p.look(ctx)
	key, ok := p.key()
	if !ok {
		result, _ := p.readNow(ctx)
		return result
	}
	value, mine := p.cache.Find(ctx, key)
	if value != nil && p.restore(ctx, value) {
		p.turn.Pass()
		p.page.Release()
		if ctx.Err() != nil {
			return nil
		}
		p.hits.Add(1)
		return p.result
	}
	p.misses.Add(1)
	var fresh []byte
	if mine != nil {
		defer func() { p.cache.Land(key, mine, fresh, ctx.Err() != nil) }()
	}
	result, placed := p.readNow(ctx)
	if !placed || profile != p.by.Recognizer.Info().Profile {
		return result // its words are missing, or the key names another model than the one that read it
	}
	if fresh = p.keep(detector); fresh != nil && value == nil {
		p.cache.Store.Put(key, fresh)
	}
	return result
}

// CacheCounts returns how many pages were found in the cache, and how many were not; both 0
// without one.
func (p *Pipeline) CacheCounts() (hits, misses int64) {
	return p.hits.Load(), p.misses.Load()
}

// regionID names the region at an index of a page.
func regionID(page, i int) string { return fmt.Sprintf("p%dr%d", page, i+1) }
