package pipeline

import (
	"context"
	"encoding/json"
	"fmt"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/once"
	"ocr-gateway/pipeline/verified"
)

// Cache keeps what was read on pages, by the hash of all that it depends on. It may lose
// anything and is safe for concurrent use.
type Cache = once.Cache

// kept is what of a page depends on its key only. The text is written anew from it,
// pictures are cut anew, and the numbers in names are those of the page at hand.
type kept struct {
	Width, Height, Rotation int
	Layout                  string
	Regions                 []keptRegion
	Answer                  *string // to the question, where one was asked and could be
	TextLayer               *document.LayerCounts
	Lessons                 []byte // what the page has taught of the document's glyphs
}

// keptRegion is a region with what is no part of answers and is needed all the same.
type keptRegion struct {
	document.Region
	Grid *document.Grid
}

// keep writes down a page that was read whole; nil for all others. A page without its
// layout because the detector was down is not whole.
func (r *run) keep(by document.Info, page *document.PageResult, lessons []byte) []byte {
	withLayout := r.opts.Layout && (r.opts.Task == document.TaskText || r.opts.Task == document.TaskDocument)
	if page == nil || page.Status != document.StatusOK || withLayout && page.Layout != by.Name {
		return nil
	}
	k := kept{Width: page.Width, Height: page.Height, Rotation: page.Rotation, Layout: page.Layout, TextLayer: page.TextLayer, Lessons: lessons}
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
		return nil // a number that JSON has not
	}
	return b
}

// restore makes a page of what was kept. False when it cannot: the value is damaged, or
// pictures are wanted of a page that is not upright as it was rendered.
func (r *run) restore(ctx context.Context, by *backend, value []byte, page *document.Page, result *document.PageResult, t *verified.Turn) bool {
	var k kept
	if json.Unmarshal(value, &k) != nil {
		return false
	}
	regions := make([]document.Region, len(k.Regions))
	ids := map[string]string{"": ""}
	for i, region := range k.Regions {
		regions[i] = region.Region
		regions[i].Grid = region.Grid
		regions[i].ID = regionID(page.Number, i)
		ids[region.ID] = regions[i].ID
	}
	for i := range regions {
		regions[i].MergedInto = ids[regions[i].MergedInto]
	}
	if r.wantsPictures() && readable(regions) < len(regions) && (k.Rotation != 0 || k.Width != page.Width || k.Height != page.Height) {
		return false
	}
	if r.judges(by) && t.Ledger().Repeat(k.Lessons) != nil {
		return false
	}
	t.Teach(k.Lessons)
	result.TextLayer = k.TextLayer
	result.Width, result.Height, result.Rotation, result.Layout = k.Width, k.Height, k.Rotation, k.Layout
	result.Regions, result.Status, result.Cached = regions, document.StatusOK, true
	result.Images = r.cut(ctx, page, regions)
	if k.Answer != nil {
		result.Answer = &document.Answer{Text: *k.Answer}
	}
	r.write(result)
	return true
}

// readOnce takes a page from the cache, or from another run that reads the same page
// now, or reads it and keeps it.
func (r *run) readOnce(ctx context.Context, by *backend, page *document.Page, result *document.PageResult, t *verified.Turn) *document.PageResult {
	detector, profile := by.Detector.Info(), by.Recognizer.Info().Profile
	r.look(ctx, by, page, t)
	key, ok := r.keyOf(by, page, t)
	if !ok {
		result, _ = r.read(ctx, by, page, result, t)
		return result
	}
	value, mine := r.cache.Find(ctx, key)
	if value != nil && r.restore(ctx, by, value, page, result, t) {
		t.Pass()
		page.Release()
		if ctx.Err() != nil {
			return nil
		}
		r.hits.Add(1)
		return result
	}
	r.misses.Add(1)
	var fresh []byte
	if mine != nil {
		defer func() { r.cache.Land(key, mine, fresh, ctx.Err() != nil) }()
	}
	result, placed := r.read(ctx, by, page, result, t)
	if !placed || profile != by.Recognizer.Info().Profile {
		return result // its words are missing, or who read it is not whom the key names
	}
	if fresh = r.keep(detector, result, t.Lessons()); fresh != nil && value == nil {
		r.cache.Store.Put(key, fresh)
	}
	return result
}

// CacheCounts is how many pages were found in the cache, and how many were not; both 0
// without one.
func (p *Pipeline) CacheCounts() (hits, misses int64) {
	return p.hits.Load(), p.misses.Load()
}

// regionID names the region at an index of a page.
func regionID(page, i int) string { return fmt.Sprintf("p%dr%d", page, i+1) }
