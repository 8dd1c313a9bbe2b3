package pipeline

import (
	"context"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/stage"
)

// recognizeAll reads the regions side by side, as many as the engine has slots for, and writes the
// outcome into each. seen is called when every region has its own use of the pixels. Regions that
// the engine found replace those that it was asked about.
func (p *pageRun) recognizeAll(ctx context.Context, regions []document.Region, seen func(rest int64)) []document.Region {
	usage := make([]document.Usage, len(regions))
	found := make([][]document.Region, len(regions))
	var workers sync.WaitGroup
	for i := range regions {
		region := &regions[i]
		if region.Type == document.RegionImage {
			region.Status = document.StatusSkipped // an image: nothing to read
			region.Format = document.FormatText
			continue
		}
		if region.Status != "" { // its content is there: see own
			usage[i].Regions = 1
			continue
		}
		if !p.holding && p.enter(ctx, i) != nil {
			break // canceled: the page is dropped as a whole
		}
		p.holding = false
		seen := p.pixels.use()
		workers.Go(func() {
			defer p.by.engine.Leave()
			defer seen(0)
			usage[i], found[i] = p.recognize(ctx, region, seen)
		})
	}
	if p.holding { // there was nothing to read
		p.holding = false
		p.by.engine.Leave()
	}
	p.handed(p.page.Number)
	seen(0)
	workers.Wait()
	for _, u := range usage {
		p.result.Usage.Add(u)
	}
	return replaced(p.page.Number, regions, found)
}

// enter waits for a slot of the engine, see turns.Gate; seq is the region's place on the page.
func (p *pageRun) enter(ctx context.Context, seq int) error {
	wait := stage.Wait(ctx, stage.WaitEngine)
	defer wait.End(ctx)
	return p.by.engine.Enter(ctx, &p.lanes[p.by].engine, p.page.Number, seq)
}

// unread counts the regions that the engine is to read.
func unread(regions []document.Region) (n int) {
	for i := range regions {
		if regions[i].Type != document.RegionImage && regions[i].Status == "" {
			n++
		}
	}
	return n
}

// readable counts the regions that have something to read.
func readable(regions []document.Region) (n int) {
	for i := range regions {
		if regions[i].Type != document.RegionImage {
			n++
		}
	}
	return n
}

// recognize reads one region and writes the outcome into it, or gives the regions that
// the engine found in it; see foundIn. seen may be called once the page's pixels are not
// needed any more.
func (p *pageRun) recognize(ctx context.Context, region *document.Region, seen func(rest int64)) (document.Usage, []document.Region) {
	ctx, reading := stage.Begin(ctx, stage.Region)
	defer reading.End()
	defer noteRegion(reading, region)
	got, err := p.ask(ctx, *region, seen)
	got.Usage.Regions = 1
	region.Attempts, region.PromptTokens, region.CompletionTokens = got.Usage.Attempts, got.Usage.PromptTokens, got.Usage.CompletionTokens
	if isPage(*region) {
		region.Type = document.RegionText // what it is unless its parts are found
	}
	if err != nil {
		region.Status, region.Format = document.StatusFailed, document.FormatText
		region.Error = problemOf(ctx, err, document.CodeEngineFailed, document.PhaseRecognize, "this region could not be read")
		if ctx.Err() == nil {
			p.log.WarnContext(ctx, "region failed", "page", p.page.Number, "region", region.ID, "error", err)
		}
		return got.Usage, nil
	}
	region.Status, region.Error = document.StatusOK, got.Truncated
	if got.Truncated != nil {
		region.Status = document.StatusTruncated
	}
	if got.Skipped != nil {
		region.Status, region.Error = document.StatusSkipped, got.Skipped
	}
	region.Content, region.Format, region.Confidence, region.Lines = got.Content, got.Format, got.Confidence, got.Lines
	region.Words = got.Words
	if p.layered {
		region.Source = sourceOf(got)
	}
	region.Script = got.Script
	found := foundIn(region, got.Regions)
	got.Usage.Regions = max(1, len(found))
	return got.Usage, found
}

// ask calls the engine; a defect in it fails the region, not the process.
func (p *pageRun) ask(ctx context.Context, region document.Region, seen func(rest int64)) (got document.Recognition, err error) {
	defer recovered(&err)
	defer p.processor.read(&got.Usage)()
	start := time.Now()
	if preparer, can := p.by.Recognizer.(Preparer); can {
		got, err = finish(ctx, seen, func() (document.Prepared, error) { return preparer.Prepare(ctx, p.page, region, p.opts) })
	} else {
		got, err = p.by.Recognizer.Recognize(ctx, p.page, region, p.opts)
	}
	if err == nil {
		p.by.pace.took(time.Since(start))
	}
	return got, err
}

// finish reads what prepare took from the page, whose pixels may then be dropped.
func finish(ctx context.Context, seen func(rest int64), prepare func() (document.Prepared, error)) (document.Recognition, error) {
	prepared, err := prepare()
	if err != nil {
		return document.Recognition{}, err
	}
	seen(prepared.Bytes)
	return prepared.Read(ctx)
}
