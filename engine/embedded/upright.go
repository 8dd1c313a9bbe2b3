package embedded

import (
	"cmp"
	"context"
	"image"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
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
	// clearlyBetter is by how much reading must gain by turning upside down.
	clearlyBetter = 0.1
)

// upright decides how many degrees clockwise img must be turned to be read,
// and returns it turned, with its lines and, where it is not turned, a sample of them
// that was read.
func (e *Engine) upright(ctx context.Context, img image.Image, lines []document.Line) (_ image.Image, _, sample []document.Line, degrees int, err error) {
	degrees, sample, err = e.rotation(ctx, pixels.Of(img), lines)
	if err != nil || degrees == 0 {
		return img, lines, sample, 0, err
	}
	b := img.Bounds()
	return pixels.Turn(img, degrees), turnLines(startLines(lines, degrees), b.Dx(), b.Dy(), degrees), nil, degrees, nil
}

// rotation decides how many degrees clockwise src must be turned to be read, and
// returns a sample of lines read as the page lies.
func (e *Engine) rotation(ctx context.Context, src pixels.Raster, lines []document.Line) (int, []document.Line, error) {
	if len(lines) == 0 {
		return 0, nil, nil
	}
	first, second := 0, 180
	if mostlyTall(lines) {
		first, second = 90, 270
	}
	sample := mediumLines(lines)
	read, best, err := e.sampleConfidence(ctx, src, sample, first)
	if err != nil || best > surelyUpright {
		return first, read, err
	}
	_, other, err := e.sampleConfidence(ctx, src, sample, second)
	switch {
	case err != nil || max(best, other) < readableSample:
		return 0, read, err
	case other > best+clearlyBetter, first != 0 && other > best:
		return second, nil, nil
	}
	return first, read, nil
}

// sampleConfidence reads lines as they lie when the page is turned clockwise by degrees,
// and returns their mean confidence.
func (e *Engine) sampleConfidence(ctx context.Context, src pixels.Raster, lines []document.Line, degrees int) ([]document.Line, float64, error) {
	read, err := e.readOnce(ctx, src, startLines(lines, degrees))
	if err != nil {
		return nil, 0, err
	}
	var sum float64
	for _, l := range read {
		if l.Confidence != nil {
			sum += *l.Confidence
		}
	}
	return read, sum / float64(len(read)), nil
}

// mostlyTall reports whether most of the text runs downwards.
func mostlyTall(lines []document.Line) bool {
	var tall, wide float64
	for _, l := range lines {
		switch w, h := pixels.QuadSize(l.Quad); {
		case h >= pixels.TallLine*w:
			tall += h
		case w >= pixels.TallLine*h:
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
