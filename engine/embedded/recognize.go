package embedded

import (
	"context"
	"image"
	"slices"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/raised"
	"ocr-gateway/engine/embedded/words"
)

// Recognize reads the lines of region; when Lines is nil it finds them itself inside region.BBox. It changes
// neither page nor region.
func (e *Engine) Recognize(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Recognition, error) {
	if err := e.supports(opts.Task); err != nil {
		return document.Recognition{}, err
	}
	src := pixels.Of(page.Image)
	lines, degrees := region.Lines, 0
	var err error
	if lines == nil && region.Label != sealLabel {
		region.Grid = nil
		if lines, degrees, err = e.findLines(ctx, src, region.BBox.Rect()); err != nil {
			return document.Recognition{}, err
		}
	}
	lines, said, err := e.readRegion(ctx, src, page, region, lines)
	if err != nil {
		return document.Recognition{}, err
	}
	unread := unreadOf(src, region, lines, said)
	for i := range lines {
		if said[i] == "" && lines[i].Source == "" { // otherwise the PDF's sizes tell
			raised.Write(src, lines[i:i+1])
		}
	}
	writeChecks(lines, page.Words)
	noise := isNoise(lines)
	if noise {
		for i := range lines {
			lines[i].Text, lines[i].Confidence, lines[i].Script, lines[i].Source = "", nil, "", ""
		}
	}
	region.Lines = turnLines(lines, src.W, src.H, degrees)
	content, format := prose.Write(region, opts.Task)
	got := document.Recognition{
		Content: content, Format: format, Confidence: confidence(lines), Lines: lines,
		Script: unread.script(content), Truncated: unread.problem(e.Info().Scripts), Source: sourceOf(lines),
	}
	if opts.Boxes == document.BoxesWord {
		got.Words = words.Of(src, lines)
	}
	if got.Truncated != nil && got.Confidence != nil {
		*got.Confidence = min(*got.Confidence, unreadSure)
	}
	if noise && got.Truncated == nil {
		got.Skipped = document.Problemf(document.CodeNotRead, document.PhaseRecognize,
			"this looks like text and could not be read: it is a part of a picture, or too small or damaged; a higher dpi may help")
	}
	if seal := sealUnread(region); seal != nil {
		got.Skipped = seal
	}
	return got, nil
}

// readRegion reads the lines of a region in every way that they need, and corrects them. said is what the PDF
// says of each.
func (e *Engine) readRegion(ctx context.Context, src pixels.Raster, page *document.Page, region document.Region, lines []document.Line) (read []document.Line, said []string, err error) {
	own, done := withLayer(lines, page.Layer)
	claimed, _ := checks(page.Words)
	said = proofread.Claims(own, claimed)
	if page.Layer != nil {
		e.withoutDoubts(own, done, said)
	}
	if read, err = e.readClaiming(ctx, src, withClaims(own, said), done, e.readerOf(page)); err != nil {
		return nil, nil, err
	}
	said = proofread.Claims(read, claimed)
	known := hints{script: page.Script, hasWords: len(page.Words) > 0, picture: region.Type == document.RegionImage || region.Label == "figure"}
	if read, err = e.readForeign(ctx, src, read, said, known); err != nil {
		return nil, nil, err
	}
	e.proofread().Lines(read, claimed)
	keepOwn(read, own)
	writeDashes(read)
	if err := e.settleFractions(ctx, src, read, said); err != nil {
		return nil, nil, err
	}
	return read, said, nil
}

// supports refuses tasks that the engine cannot do.
func (e *Engine) supports(task document.Task) error {
	switch {
	case task == "" || slices.Contains(e.Info().Tasks, task):
		return nil
	case task == document.TaskFormula:
		return document.Problemf(document.CodeTaskUnsupported, document.PhaseRecognize,
			"the embedded engine cannot read formulas as LaTeX; the vllm engine can, when it is configured")
	}
	return document.Problemf(document.CodeTaskUnsupported, document.PhaseRecognize,
		"the embedded engine knows no task %q; it can do %q", task, e.Info().Tasks)
}

// findLines finds the lines of the part of src inside box, in pixels of src, and the degrees by which src
// must be turned clockwise for them to be upright. The lines are in the order of the rows of the upright
// part.
func (e *Engine) findLines(ctx context.Context, src pixels.Raster, box image.Rectangle) ([]document.Line, int, error) {
	box = box.Intersect(image.Rect(0, 0, src.W, src.H))
	if box.Empty() {
		return nil, 0, nil
	}
	lines, err := e.models.Detect(ctx, src.Sub(box))
	if err != nil {
		return nil, 0, err
	}
	move(lines, box.Min)
	degrees, s, err := e.rotation(ctx, src, lines)
	if err != nil {
		return nil, 0, err
	}
	upright := turnLines(startLines(s.into(lines, degrees), degrees), src.W, src.H, degrees)
	lines = prose.InOrder(upright)
	w, h := src.W, src.H
	if degrees%180 != 0 {
		w, h = h, w
	}
	return turnLines(lines, w, h, (360-degrees)%360), degrees, nil
}

// move shifts lines found in a part of an image to the position of the part.
func move(lines []document.Line, by image.Point) {
	for i := range lines {
		l := &lines[i]
		for j := range l.Quad {
			l.Quad[j].X += float64(by.X)
			l.Quad[j].Y += float64(by.Y)
		}
		for j := range l.Spine {
			l.Spine[j].X += float64(by.X)
			l.Spine[j].Y += float64(by.Y)
		}
		l.BBox = document.BoxOf(l.BBox.Rect().Add(by))
	}
}

// confidence is the mean over lines, weighted by their length; nil when no line has text.
func confidence(lines []document.Line) *float64 {
	var sum, n float64
	for _, l := range lines {
		if l.Confidence != nil {
			length := float64(utf8.RuneCountInString(l.Text))
			sum += *l.Confidence * length
			n += length
		}
	}
	if n == 0 {
		return nil
	}
	mean := sum / n
	return &mean
}
