package embedded

import (
	"cmp"
	"context"
	"image"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/ppocr"
)

const (
	// sampleLines lines are read to tell which way up a page is.
	sampleLines = 6
	// surelyUpright is the mean confidence of the sample above which the page
	// is not tried upside down. Trying each line on its own turns upright
	// lines into garbage.
	surelyUpright = 0.9
	// readableSample is the mean confidence from which a page is turned at all:
	// pictures and unknown scripts read badly every way, or one way as badly as
	// the other, and stay as they are.
	readableSample = 0.75
	// lyingWorse is by how much characters that lie are read less surely, at least.
	lyingWorse = 0.02
	// clearlyBetter is by how much reading must gain by turning upside down.
	clearlyBetter = 0.1
)

// upright decides how many degrees clockwise img must be turned to be read,
// and returns it turned, with its lines.
func (e *Engine) upright(ctx context.Context, img image.Image, lines []document.Line) (image.Image, []document.Line, int, error) {
	degrees, err := e.rotation(ctx, pixels.Of(img), lines)
	if err != nil || degrees == 0 {
		return img, lines, 0, err
	}
	b := img.Bounds()
	return pixels.Turn(img, degrees), turnLines(startLines(lines, degrees), b.Dx(), b.Dy(), degrees), degrees, nil
}

func (e *Engine) rotation(ctx context.Context, src pixels.Raster, lines []document.Line) (int, error) {
	if len(lines) == 0 {
		return 0, nil
	}
	first, second := 0, 180
	if mostlyTall(lines) {
		first, second = 90, 270
	}
	sample := mediumLines(lines)
	best, wide, err := e.sampleConfidence(ctx, src, sample, first)
	if err != nil {
		return 0, err
	}
	other := 0.0
	if best <= surelyUpright {
		var otherWide bool
		if other, otherWide, err = e.sampleConfidence(ctx, src, sample, second); err != nil {
			return 0, err
		}
		wide = wide || otherWide
	}
	if wide {
		if degrees, ok, err := e.vertical(ctx, src, sample, first, max(best, other)); ok || err != nil {
			return degrees, err
		}
	}
	switch {
	case max(best, other) < readableSample:
		return 0, nil
	case other > best+clearlyBetter, first != 0 && other > best:
		return second, nil
	}
	return first, nil
}

// vertical returns by how many degrees a page must be turned on which columns of vertical
// writing stand upright then, false where it is none. Characters that lie on their side are
// read, too, but less surely: those of columns set in rows are read as well as the turned
// columns, those of rows are not.
func (e *Engine) vertical(ctx context.Context, src pixels.Raster, sample []document.Line, first int, turned float64) (int, bool, error) {
	try := []int{90, 270}
	if first == 90 {
		try = []int{0, 180}
	}
	for _, degrees := range try {
		read, err := e.readColumns(ctx, src, startLines(sample, degrees))
		if err != nil {
			return 0, false, err
		}
		if best := meanConfidence(read); best > max(readableSample, turned-lyingWorse) {
			return degrees, true, nil
		}
	}
	return 0, false, nil
}

// sampleConfidence is the mean confidence of lines when the page is turned
// clockwise by degrees, and whether most of them are Chinese or Japanese.
func (e *Engine) sampleConfidence(ctx context.Context, src pixels.Raster, lines []document.Line, degrees int) (mean float64, wide bool, err error) {
	read, err := e.readOnce(ctx, src, startLines(lines, degrees))
	if err != nil {
		return 0, false, err
	}
	n := 0
	for _, l := range read {
		if isWide(l.Text) {
			n++
		}
	}
	return meanConfidence(read), 2*n > len(read), nil
}

// meanConfidence is that of some lines, of which there is one at least; what could not be
// read counts as nothing.
func meanConfidence(lines []document.Line) float64 {
	var sum float64
	for _, l := range lines {
		if l.Confidence != nil {
			sum += *l.Confidence
		}
	}
	return sum / float64(len(lines))
}

// mostlyTall reports whether most of the text runs downwards.
func mostlyTall(lines []document.Line) bool {
	var tall, wide float64
	for _, l := range lines {
		switch w, h := pixels.QuadSize(l.Quad); {
		case h >= ppocr.TallLine*w:
			tall += h
		case w >= ppocr.TallLine*h:
			wide += w
		}
	}
	return tall > wide
}

// mediumLines picks lines of about the median length: long enough to judge and
// quick to read.
func mediumLines(lines []document.Line) []document.Line {
	length := func(l document.Line) float64 { w, h := pixels.QuadSize(l.Quad); return max(w, h) / max(min(w, h), 1) }
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b document.Line) int { return cmp.Compare(length(a), length(b)) })
	from := max(len(sorted)/2-sampleLines/2, 0)
	return sorted[from:min(from+sampleLines, len(sorted))]
}

// startLines makes reading start at the corner that comes to the top left when
// the page is turned clockwise by degrees.
func startLines(lines []document.Line, degrees int) []document.Line {
	out := slices.Clone(lines)
	for i := range out {
		out[i].Quad = pixels.StartAt(out[i].Quad, 4-degrees/90)
	}
	return out
}

// turnLines turns lines clockwise with their w x h page.
func turnLines(lines []document.Line, w, h, degrees int) []document.Line {
	out := slices.Clone(lines)
	for i := range out {
		for j, p := range out[i].Quad {
			out[i].Quad[j] = pixels.TurnPoint(p, w, h, degrees)
		}
		out[i].Spine = slices.Clone(out[i].Spine)
		for j, p := range out[i].Spine {
			out[i].Spine[j] = pixels.TurnPoint(p, w, h, degrees)
		}
		out[i].BBox = pixels.TurnBox(out[i].BBox, w, h, degrees)
	}
	return out
}

// turnWords turns words clockwise with their w x h page.
func turnWords(words []document.Word, w, h, degrees int) []document.Word {
	out := slices.Clone(words)
	for i, word := range out {
		out[i].BBox = pixels.TurnBox(word.BBox, w, h, degrees)
	}
	return out
}
