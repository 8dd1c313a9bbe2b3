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
	// clearlyBetter is by how much reading must gain by turning upside down.
	clearlyBetter = 0.1
)

// upright decides how many degrees clockwise img must be turned to be read,
// and returns it turned, with its lines. The lines that were read to decide it keep
// their text.
func (e *Engine) upright(ctx context.Context, img image.Image, lines []document.Line) (image.Image, []document.Line, int, error) {
	degrees, lines, err := e.rotation(ctx, pixels.Of(img), lines)
	if err != nil || degrees == 0 {
		return img, lines, 0, err
	}
	b := img.Bounds()
	return pixels.Turn(img, degrees), turnLines(startLines(lines, degrees), b.Dx(), b.Dy(), degrees), degrees, nil
}

// rotation decides how many degrees clockwise src must be turned to be read, by
// reading some of its lines. These have their text in the lines that it returns.
func (e *Engine) rotation(ctx context.Context, src pixels.Raster, lines []document.Line) (int, []document.Line, error) {
	if len(lines) == 0 {
		return 0, nil, nil
	}
	first, second := 0, 180
	if mostlyTall(lines) {
		first, second = 90, 270
	}
	s := sample{lines: mediumLines(lines)}
	best, err := e.readSample(ctx, src, lines, &s, first)
	if err != nil || best > surelyUpright {
		return first, s.readInto(lines, first), err
	}
	other, err := e.readSample(ctx, src, lines, &s, second)
	degrees := first
	switch {
	case err != nil || max(best, other) < readableSample:
		degrees = 0
	case other > best+clearlyBetter, first != 0 && other > best:
		degrees = second
	}
	return degrees, s.readInto(lines, degrees), err
}

// sample is the lines of a page that are read to tell which way up it is.
type sample struct {
	lines []int                   // indices
	read  map[int][]document.Line // by the degrees at which they were read
}

// readSample returns the mean confidence of the sample's lines when the page is turned
// clockwise by degrees.
func (e *Engine) readSample(ctx context.Context, src pixels.Raster, lines []document.Line, s *sample, degrees int) (float64, error) {
	picked := make([]document.Line, len(s.lines))
	for i, at := range s.lines {
		picked[i] = lines[at]
	}
	read, err := e.readOnce(ctx, src, startLines(picked, degrees))
	if err != nil {
		return 0, err
	}
	if s.read == nil {
		s.read = map[int][]document.Line{}
	}
	s.read[degrees] = read
	var sum float64
	for _, l := range read {
		if l.Confidence != nil {
			sum += *l.Confidence
		}
	}
	return sum / float64(len(read)), nil
}

// readInto returns lines, those of the sample with what was read of them at degrees.
func (s sample) readInto(lines []document.Line, degrees int) []document.Line {
	lines = slices.Clone(lines)
	for i, l := range s.read[degrees] {
		at := &lines[s.lines[i]]
		at.Text, at.Confidence = l.Text, l.Confidence
	}
	return lines
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

// mediumLines picks lines of about the median length, by index: long enough to judge
// and quick to read.
func mediumLines(lines []document.Line) []int {
	length := func(i int) float64 {
		w, h := pixels.QuadSize(lines[i].Quad)
		return max(w, h) / max(min(w, h), 1)
	}
	sorted := make([]int, len(lines))
	for i := range sorted {
		sorted[i] = i
	}
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(length(a), length(b)) })
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
