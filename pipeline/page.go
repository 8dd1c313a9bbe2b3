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

// page takes one page through layout, recognition and assembly. It owns page and
// drops its pixels as soon as nobody needs them; see pixels. It came after the time
// came. nil means that the run was canceled before the page was done.
func (r *run) page(ctx context.Context, page *document.Page, rasterErr error, t *verified.Turn, came time.Duration) *document.PageResult {
	result := r.onePage(ctx, page, rasterErr, t, came)
	if result != nil {
		result.Usage.CPUSeconds += document.Seconds(page.Spent.Seconds()) + r.spent(page.Number)
		r.charge(&result.Usage)
	}
	return result
}

// onePage is page without the account of what it took beside its reading.
func (r *run) onePage(ctx context.Context, page *document.Page, rasterErr error, t *verified.Turn, came time.Duration) *document.PageResult {
	defer page.Release()
	by := r.choose(r.opts)
	result := &document.PageResult{
		Number: page.Number, DPI: page.DPI, Scaled: page.Scaled,
		Layout: by.Detector.Info().Name, Engine: by.Recognizer.Info().Name, Regions: []document.Region{},
		Timings: map[string]int{}, Usage: document.Usage{Pages: 1},
	}
	if rasterErr != nil {
		return r.failPage(ctx, result, rasterErr, document.CodePageFailed, document.PhaseRaster, "the page could not be rendered")
	}
	result.Timings[string(document.PhaseRaster)] = milliseconds(page.Took)
	by.pace.rendered(came)
	if r.awaitFirst(ctx, by, page.Number) != nil || r.judges(by) && t.Wait(ctx) != nil {
		return nil
	}
	if r.cache != nil {
		result = r.readOnce(ctx, by, page, result, t)
	} else {
		result, _ = r.read(ctx, by, page, result, t)
	}
	noteFaults(result, page.Faults)
	if r.opts.Boxes == document.BoxesRegion {
		withoutLines(result)
	}
	return result
}

// withoutLines leaves out where the lines of a page stand.
func withoutLines(page *document.PageResult) {
	if page == nil {
		return
	}
	for i := range page.Regions {
		page.Regions[i].Lines = nil
	}
}

// read is the part of page that the cache can answer in place of. placed is false where words
// were asked for and could not be found.
func (r *run) read(ctx context.Context, by *backend, page *document.Page, result *document.PageResult, t *verified.Turn) (_ *document.PageResult, placed bool) {
	start := time.Now()
	regions, detector, err := r.detect(ctx, by, page, t, &result.Usage)
	holding := err == nil && by.Shared
	result.Layout = detector
	result.Timings[string(document.PhaseLayout)] = milliseconds(time.Since(start))
	result.Width, result.Height, result.Rotation = page.Width, page.Height, page.Rotation
	if err != nil {
		return r.failPage(ctx, result, err, document.CodeLayoutFailed, document.PhaseLayout, "layout detection failed on this page"), false
	}
	own := r.own(ctx, by, page, regions, t)
	by.pace.found(unread(regions))
	start = time.Now()
	var asking sync.WaitGroup
	var asked document.Usage
	pixels := &pixels{page: page}
	answering, cutting, reading := pixels.use(), pixels.use(), pixels.use()
	asking.Go(func() {
		defer answering(0)
		result.Answer, asked = r.answer(ctx, by, page, answering)
	})
	late := slices.ContainsFunc(regions, isPage) && r.wantsPictures() // the engine has yet to find them
	if !late {
		asking.Go(func() { // recognizeAll reads no images
			defer cutting(0)
			result.Images = r.cut(ctx, page, regions)
		})
	}
	var looked document.Usage
	words := r.see(ctx, by, page, regions, &asking, pixels, &looked)
	parts := r.recognizeAll(ctx, by, page, regions, result, holding, pixels, reading)
	if late {
		result.Images = r.cut(ctx, page, parts)
		cutting(0)
	}
	asking.Wait()
	result.Usage.Add(asked)
	result.Usage.Add(looked)
	page.Release()
	if ctx.Err() != nil {
		return nil, false
	}
	placed = words(parts)
	result.Timings[string(document.PhaseRecognize)] = milliseconds(time.Since(start))
	result.Regions = parts
	switch {
	case own != nil:
		r.settle(ctx, own, regions, t, result)
	case page.Layer != nil:
		counts := page.Layer.Counts // alone: a pointer into it would keep all of the page's characters
		result.TextLayer = &counts
	}
	_, assembling := stage.Begin(ctx, stage.Assemble)
	defer assembling.End()
	if by.Assemble != nil {
		by.Assemble(result)
	}
	setStatus(result)
	r.write(result)
	forgetReading(result)
	return result, placed
}

// forgetReading forgets what lines were read by, and where their characters were seen, once words have been made of
// that: it is more than all else that a page leaves.
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

// failPage ends a page with the reason, unless the run itself was canceled.
func (r *run) failPage(ctx context.Context, result *document.PageResult, err error, code document.Code, phase document.Phase, detail string) *document.PageResult {
	if ctx.Err() != nil {
		return nil
	}
	result.Status = document.StatusFailed
	result.Error = problemOf(ctx, err, code, phase, detail)
	r.log.WarnContext(ctx, "page failed", "page", result.Number, "phase", phase, "error", err)
	return result
}

// namingDetector is a Detector that can fall back: it says for each page who
// found the regions.
type namingDetector interface {
	DetectNamed(ctx context.Context, page *document.Page, opts document.Options) (regions []document.Region, name string, err error)
}

// detect finds the page's regions when it is this document's turn, and says
// whose they are. Where layout and reading share a gate, its slot is kept for the
// page's first region unless there is an error: or the next page would slip in.
func (r *run) detect(ctx context.Context, by *backend, page *document.Page, t *verified.Turn, took *document.Usage) (regions []document.Region, name string, err error) {
	name = by.Detector.Info().Name
	wait := stage.Wait(ctx, stage.WaitLayout)
	err = by.layout.Enter(ctx, r.lanes[by].layoutLane(by), page.Number, 0)
	wait.End(ctx)
	if err != nil {
		return nil, name, err
	}
	defer func() {
		if err != nil || !by.Shared {
			by.layout.Leave()
		}
	}()
	defer recovered(&err)
	defer r.processor.read(took)()
	start := time.Now()
	ctx, looking := stage.Begin(ctx, stage.Layout)
	defer looking.End()
	if err := r.judge(ctx, by, page, t); err != nil {
		return nil, name, err
	}
	if naming, ok := by.Detector.(namingDetector); ok {
		regions, name, err = naming.DetectNamed(ctx, page, r.opts)
	} else {
		regions, err = by.Detector.Detect(ctx, page, r.opts)
	}
	if err != nil {
		return nil, name, err
	}
	by.pace.looked(time.Since(start))
	number(page.Number, regions)
	return regions, name, nil
}

// recognizeAll reads the regions side by side, as many as the engine has slots
// for, and writes the outcome into each. holding says that the page has a slot
// already. seen is called when every region has its own use of the pixels. The result
// has the regions that the engine found in the place of those that it was asked about.
func (r *run) recognizeAll(ctx context.Context, by *backend, page *document.Page, regions []document.Region, result *document.PageResult, holding bool, pixels *pixels, seen func(rest int64)) []document.Region {
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
		if !holding && r.enter(ctx, by, page.Number, i) != nil {
			break // canceled: the page is dropped as a whole
		}
		holding = false
		seen := pixels.use()
		workers.Go(func() {
			defer by.engine.Leave()
			defer seen(0)
			usage[i], found[i] = r.recognize(ctx, by, page, region, seen)
		})
	}
	if holding { // there was nothing to read
		by.engine.Leave()
	}
	r.handed(page.Number)
	seen(0)
	workers.Wait()
	for _, u := range usage {
		result.Usage.Add(u)
	}
	return replaced(page.Number, regions, found)
}

// enter waits for a slot of the engine, see turns.Gate.
func (r *run) enter(ctx context.Context, by *backend, page, seq int) error {
	wait := stage.Wait(ctx, stage.WaitEngine)
	defer wait.End(ctx)
	return by.engine.Enter(ctx, &r.lanes[by].engine, page, seq)
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
// the engine found in it; see found. seen may be called once the page's pixels are not
// needed any more.
func (r *run) recognize(ctx context.Context, by *backend, page *document.Page, region *document.Region, seen func(rest int64)) (document.Usage, []document.Region) {
	ctx, reading := stage.Begin(ctx, stage.Region)
	defer reading.End()
	defer noteRegion(reading, region)
	got, err := r.ask(ctx, by, page, *region, seen)
	got.Usage.Regions = 1
	region.Attempts, region.PromptTokens, region.CompletionTokens = got.Usage.Attempts, got.Usage.PromptTokens, got.Usage.CompletionTokens
	if isPage(*region) {
		region.Type = document.RegionText // what it is unless its parts are found
	}
	if err != nil {
		region.Status, region.Format = document.StatusFailed, document.FormatText
		region.Error = problemOf(ctx, err, document.CodeEngineFailed, document.PhaseRecognize, "this region could not be read")
		if ctx.Err() == nil {
			r.log.WarnContext(ctx, "region failed", "page", page.Number, "region", region.ID, "error", err)
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
	if r.layered {
		region.Source = sourceOf(got)
	}
	region.Script = got.Script
	found := foundIn(region, got.Regions)
	got.Usage.Regions = max(1, len(found))
	return got.Usage, found
}

// ask calls the engine; a defect in it fails the region, not the process.
func (r *run) ask(ctx context.Context, by *backend, page *document.Page, region document.Region, seen func(rest int64)) (got document.Recognition, err error) {
	defer recovered(&err)
	defer r.processor.read(&got.Usage)()
	start := time.Now()
	if p, can := by.Recognizer.(Preparer); can {
		got, err = finish(ctx, seen, func() (document.Prepared, error) { return p.Prepare(ctx, page, region, r.opts) })
	} else {
		got, err = by.Recognizer.Recognize(ctx, page, region, r.opts)
	}
	if err == nil {
		by.pace.took(time.Since(start))
	}
	return got, err
}

// finish reads what prepare took from the page, whose pixels may go then.
func finish(ctx context.Context, seen func(rest int64), prepare func() (document.Prepared, error)) (document.Recognition, error) {
	prepared, err := prepare()
	if err != nil {
		return document.Recognition{}, err
	}
	seen(prepared.Bytes)
	return prepared.Read(ctx)
}

// answer asks the run's question about the page; nil when there is none or
// the engine answers none.
func (r *run) answer(ctx context.Context, by *backend, page *document.Page, seen func(rest int64)) (*document.Answer, document.Usage) {
	answerer, can := by.Recognizer.(Answerer)
	if !can || r.opts.Question == nil || !answerer.Answers() {
		return nil, document.Usage{}
	}
	if r.enter(ctx, by, page.Number, -1) != nil { // before the page's regions
		return nil, document.Usage{} // canceled: the page is dropped as a whole
	}
	defer by.engine.Leave()
	ctx, asking := stage.Begin(ctx, stage.Question)
	defer asking.End()
	got, err := r.question(ctx, answerer, page, seen)
	if err != nil {
		if ctx.Err() == nil {
			r.log.WarnContext(ctx, "question failed", "page", page.Number, "error", err)
		}
		return &document.Answer{Error: problemOf(ctx, err, document.CodeEngineFailed, document.PhaseRecognize, "the model could not be asked about this page")}, got.Usage
	}
	return &document.Answer{Text: got.Content, Error: got.Truncated}, got.Usage
}

// question calls the engine; a defect in it fails the question, not the process.
func (r *run) question(ctx context.Context, a Answerer, page *document.Page, seen func(rest int64)) (got document.Recognition, err error) {
	defer recovered(&err)
	defer r.processor.read(&got.Usage)()
	return finish(ctx, seen, func() (document.Prepared, error) { return a.PrepareAnswer(ctx, page, *r.opts.Question) })
}

// recovered turns a panic into an error with its stack, for the log.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
	}
}
