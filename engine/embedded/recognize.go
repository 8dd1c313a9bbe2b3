package embedded

import (
	"cmp"
	"context"
	"image"
	"slices"
	"unicode/utf8"

	"ocr-gateway/document"
)

// Recognize reads the lines of region; when Lines is nil it finds them itself
// inside region.BBox. It changes neither page nor region.
func (e *Engine) Recognize(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Recognition, error) {
	if opts.Task == document.TaskFormula {
		return document.Recognition{}, document.Problemf(document.CodeTaskUnsupported, document.PhaseRecognize,
			"the embedded engine cannot read formulas as LaTeX; the vllm engine can, when it is configured")
	}
	var err error
	if region.Lines == nil {
		region.Lines, err = e.findAndRead(ctx, page.Image, region.BBox.Rect())
		region.Grid = nil
	} else {
		region.Lines, err = e.readLines(ctx, rasterOf(page.Image), region.Lines)
	}
	if err != nil {
		return document.Recognition{}, err
	}
	e.alphabet.proofread(region.Lines, page.Words)
	content, format := compose(region, opts.Task)
	return document.Recognition{
		Content:    content,
		Format:     format,
		Confidence: confidence(region.Lines),
		Lines:      region.Lines,
	}, nil
}

// findAndRead reads the part of img inside box, which may be turned: rows from
// top to bottom, each from left to right. The lines are in pixels of img.
func (e *Engine) findAndRead(ctx context.Context, img image.Image, box image.Rectangle) ([]document.Line, error) {
	src := rasterOf(img)
	box = box.Intersect(image.Rect(0, 0, src.w, src.h))
	if box.Empty() {
		return nil, nil
	}
	src = src.sub(box)
	lines, err := e.detect(ctx, src)
	if err != nil {
		return nil, err
	}
	degrees, err := e.rotation(ctx, src, lines)
	if err != nil {
		return nil, err
	}
	// Rows are rows of the upright part; the pixels need not be turned, since
	// the first corner of each line says where its text starts.
	lines = turnLines(startLines(lines, degrees), src.w, src.h, degrees)
	lines = slices.Concat(rows(lines)...)
	w, h := src.w, src.h
	if degrees%180 != 0 {
		w, h = h, w
	}
	lines = turnLines(lines, w, h, (360-degrees)%360)
	if lines, err = e.readLines(ctx, src, lines); err != nil {
		return nil, err
	}
	move(lines, box.Min)
	return lines, nil
}

// rows groups lines that stand beside each other, from top to bottom, each row
// from left to right.
func rows(lines []document.Line) [][]document.Line {
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b document.Line) int {
		return cmp.Compare(a.BBox[1]+a.BBox[3], b.BBox[1]+b.BBox[3])
	})
	var rows [][]document.Line
	for _, l := range sorted {
		if n := len(rows); n > 0 && sameRow(rows[n-1][0].BBox, l.BBox) {
			rows[n-1] = append(rows[n-1], l)
			continue
		}
		rows = append(rows, []document.Line{l})
	}
	for _, row := range rows {
		slices.SortStableFunc(row, func(a, b document.Line) int { return cmp.Compare(a.BBox[0], b.BBox[0]) })
	}
	return rows
}

// sameRow reports whether the boxes overlap in height by half of the lower one.
func sameRow(a, b document.BBox) bool {
	return 2*(min(a[3], b[3])-max(a[1], b[1])) > min(a[3]-a[1], b[3]-b[1])
}

// move shifts lines found in a part of an image to where the part lies.
func move(lines []document.Line, by image.Point) {
	for i := range lines {
		l := &lines[i]
		for j := range l.Quad {
			l.Quad[j].X += float64(by.X)
			l.Quad[j].Y += float64(by.Y)
		}
		l.BBox = document.BoxOf(l.BBox.Rect().Add(by))
	}
}

// confidence is the mean over lines, weighted by their length; nil when no line
// has text.
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
