package pipeline

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/stage"
	"ocr-gateway/pipeline/verified"
)

// pageRun is one page of a run on its way through layout, recognition and assembly.
type pageRun struct {
	*run
	by     *backend
	page   *document.Page // owned
	pixels pixels         // drops the page's image as soon as nobody needs it
	turn   *verified.Turn
	result *document.PageResult

	// holding says that the page has kept its slot in the gate that layout and engine
	// share, for its first region.
	holding bool
}

// read takes one page through layout, recognition and assembly. rendering is the time from its
// start until its image arrived. nil means that the run was canceled before the page was done.
func (r *run) read(ctx context.Context, page *document.Page, rasterErr error, turn *verified.Turn, rendering time.Duration) *document.PageResult {
	by := r.choose(r.opts)
	p := &pageRun{run: r, by: by, page: page, pixels: pixels{page: page}, turn: turn, result: &document.PageResult{
		Number: page.Number, DPI: page.DPI, Scaled: page.Scaled,
		Layout: by.Detector.Info().Name, Engine: by.Recognizer.Info().Name, Regions: []document.Region{},
		Timings: map[string]int{}, Usage: document.Usage{Pages: 1},
	}}
	result := p.outcome(ctx, rasterErr, rendering)
	if result != nil {
		result.Usage.CPUSeconds += document.Seconds(page.Spent.Seconds()) + r.spent(page.Number)
		r.charge(&result.Usage)
	}
	return result
}

// outcome is the page's result without the cost of what was done beside its reading.
func (p *pageRun) outcome(ctx context.Context, rasterErr error, rendering time.Duration) *document.PageResult {
	defer p.page.Release()
	if rasterErr != nil {
		return p.fail(ctx, rasterErr, document.CodePageFailed, document.PhaseRaster, "the page could not be rendered")
	}
	p.result.Timings[string(document.PhaseRaster)] = milliseconds(p.page.Took)
	p.by.pace.rendered(rendering)
	if p.awaitFirst(ctx) != nil || p.judges() && p.turn.Wait(ctx) != nil {
		return nil
	}
	var result *document.PageResult
	if p.cache != nil {
		result = p.readOnce(ctx)
	} else {
		result, _ = p.readNow(ctx)
	}
	noteFaults(result, p.page.Faults)
	if p.opts.Boxes == document.BoxesRegion {
		withoutLines(result)
	}
	return result
}

// awaitFirst makes the later pages of a document that somebody is waiting for wait for its first
// page, where layout and reading use the same processors: they would take half of them from it.
func (p *pageRun) awaitFirst(ctx context.Context) error {
	if !p.by.Shared || p.opts.Batch || p.page.Number == p.pass.First {
		return nil
	}
	wait := stage.Wait(ctx, stage.WaitLayout)
	defer wait.End(ctx)
	select {
	case <-p.seen:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// withoutLines removes the boxes of lines.
func withoutLines(page *document.PageResult) {
	if page == nil {
		return
	}
	for i := range page.Regions {
		page.Regions[i].Lines = nil
	}
}

// readNow reads the page: what the cache can spare. placed is false where boxes of words were
// asked for and could not be found.
func (p *pageRun) readNow(ctx context.Context) (_ *document.PageResult, placed bool) {
	start := time.Now()
	regions, err := p.detect(ctx)
	p.result.Timings[string(document.PhaseLayout)] = milliseconds(time.Since(start))
	p.result.Width, p.result.Height, p.result.Rotation = p.page.Width, p.page.Height, p.page.Rotation
	if err != nil {
		return p.fail(ctx, err, document.CodeLayoutFailed, document.PhaseLayout, "layout detection failed on this page"), false
	}
	own := p.own(ctx, regions)
	p.by.pace.found(unread(regions))
	start = time.Now()
	p.result.Regions, placed = p.readRegions(ctx, regions)
	if ctx.Err() != nil {
		return nil, false
	}
	p.result.Timings[string(document.PhaseRecognize)] = milliseconds(time.Since(start))
	p.noteLayer(ctx, own, regions)
	p.assemble(ctx)
	return p.result, placed
}

// readRegions has the regions read, while the page's images are cut out, its question is answered
// and its words are located. It returns the regions after reading; see recognizeAll.
func (p *pageRun) readRegions(ctx context.Context, regions []document.Region) (found []document.Region, placed bool) {
	var beside sync.WaitGroup
	var asked, looked document.Usage
	answering, cutting, reading := p.pixels.use(), p.pixels.use(), p.pixels.use()
	beside.Go(func() {
		defer answering(0)
		p.result.Answer, asked = p.answer(ctx, answering)
	})
	late := slices.ContainsFunc(regions, isPage) && p.wantsPictures() // the engine has yet to find them
	if !late {
		beside.Go(func() { // recognizeAll reads no images
			defer cutting(0)
			p.result.Images = p.cut(ctx, regions)
		})
	}
	ground := p.see(ctx, regions, &beside, &looked)
	found = p.recognizeAll(ctx, regions, reading)
	if late {
		p.result.Images = p.cut(ctx, found)
		cutting(0)
	}
	beside.Wait()
	p.result.Usage.Add(asked)
	p.result.Usage.Add(looked)
	p.page.Release()
	return found, ctx.Err() == nil && ground(found)
}

// assemble turns the page's regions into its content, and sets its status.
func (p *pageRun) assemble(ctx context.Context) {
	_, assembling := stage.Begin(ctx, stage.Assemble)
	defer assembling.End()
	if p.by.Assemble != nil {
		p.by.Assemble(p.result)
	}
	setStatus(p.result)
	p.write(p.result)
	forgetReading(p.result)
}

// forgetReading drops how lines were read, and where their characters were seen, once words have
// been made of that: it is larger than everything else that a page leaves.
func forgetReading(page *document.PageResult) {
	for i := range page.Regions {
		for j := range page.Regions[i].Lines {
			l := &page.Regions[i].Lines[j]
			l.Marks, l.Claim = nil, ""
		}
	}
}

func milliseconds(d time.Duration) int { return int(d.Milliseconds()) }

// write writes a page's regions as text.
func (r *run) write(page *document.PageResult) {
	page.Text, page.Markdown = r.text(page, r.opts), r.markdown(page, r.opts)
}

// fail ends the page with a reason, unless the run itself was canceled.
func (p *pageRun) fail(ctx context.Context, err error, code document.Code, phase document.Phase, detail string) *document.PageResult {
	if ctx.Err() != nil {
		return nil
	}
	p.result.Status = document.StatusFailed
	p.result.Error = problemOf(ctx, err, code, phase, detail)
	p.log.WarnContext(ctx, "page failed", "page", p.result.Number, "phase", phase, "error", err)
	return p.result
}

// recovered turns a panic into an error with its stack, for the log.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
	}
}
