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
	read, err := e.readOnce(ctx, src, startLines(sample, first))
	if err != nil {
		return 0, err
	}
	degrees, best := first, meanConfidence(read)
	if best <= surelyUpright {
		other, err := e.readOnce(ctx, src, startLines(sample, second))
		if err != nil {
			return 0, err
		}
		if c := meanConfidence(other); c > best+clearlyBetter || first != 0 && c > best {
			degrees, best, read = second, c, other
		}
	}
	if columns, ok, err := e.vertical(ctx, src, sample, read, first); ok || err != nil {
		return columns, err
	}
	if best < readableSample {
		return 0, nil
	}
	return degrees, nil
}

// vertical returns by how many degrees a page must be turned on which columns of vertical
// writing stand upright then, false where it is none. turned is how the lines were read
// best, as rows, which tells nothing: columns are read well on their side. They are read
// as well with their characters set in a row, and as the same text. Characters of a row
// can be read on their side, too, but come in reverse.
func (e *Engine) vertical(ctx context.Context, src pixels.Raster, sample, turned []document.Line, first int) (int, bool, error) {
	wide := 0
	for _, l := range turned {
		if isWide(l.Text) {
			wide++
		}
	}
	if 2*wide <= len(turned) {
		return 0, false, nil
	}
	try := []int{90, 270}
	if first == 90 {
		try = []int{0, 180}
	}
	for _, degrees := range try {
		read, err := e.readColumns(ctx, src, startLines(sample, degrees))
		if err != nil {
			return 0, false, err
		}
		same := 0
		for i, l := range read {
			if sameText(l.Text, turned[i].Text) {
				same++
			}
		}
		if 2*same > len(read) && meanConfidence(read) > max(readableSample, meanConfidence(turned)-setWorse) {
			return degrees, true, nil
		}
	}
	return 0, false, nil
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
