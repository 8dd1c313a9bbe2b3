package embedded

import (
	"cmp"
	"context"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/stages"
)

const (
	// sampleLines is how many lines are read to tell which way up a page is.
	sampleLines = 6
	// surelyUpright is the mean confidence of the sample above which the page is not tried upside down. To
	// try each line by itself would turn upright lines into garbage.
	surelyUpright = 0.9
	// readableSample is the mean confidence from which a page is turned at all: pictures and unknown scripts
	// read badly every way, and stay as they are.
	readableSample = 0.75
	// clearlyBetter is how much reading must gain by turning upside down.
	clearlyBetter = 0.1
)

// turnUpright turns a page and its lines if needed. By the sample of lines that it reads for that it also
// sets the page's Script and Careful. What was surely read stays in the lines.
func (e *Engine) turnUpright(ctx context.Context, page *document.Page, lines []document.Line) ([]document.Line, error) {
	src := pixels.Of(page.Image)
	degrees, s, err := e.rotation(ctx, src, lines)
	if err != nil {
		return nil, err
	}
	// With the PDF's words the quick reading is trusted more often than it was for the sample.
	page.Careful = len(lines) > 0 && !s.quick[degrees] && len(page.Words) == 0
	lines = s.into(lines, degrees)
	if degrees != 0 {
		page.Words = turnWords(page.Words, page.Width, page.Height, degrees)
		page.Image = pixels.Turn(page.Image, degrees)
		page.Rotation = (page.Rotation + degrees) % 360
		lines = turnLines(startLines(lines, degrees), page.Width, page.Height, degrees)
		b := page.Image.Bounds()
		page.Width, page.Height = b.Dx(), b.Dy()
		return lines, nil
	}
	if page.Script, err = e.pageScript(ctx, src, s.read[0], page.Words); err != nil {
		return nil, err
	}
	page.Careful = page.Careful || slices.ContainsFunc(s.read[0], func(l document.Line) bool { return e.models.OtherLetters(l.Text) })
	return lines, nil
}

// rotation finds how many degrees clockwise src must be turned to be read, by reading a sample of its lines.
func (e *Engine) rotation(ctx context.Context, src pixels.Raster, lines []document.Line) (int, sample, error) {
	if len(lines) == 0 {
		return 0, sample{}, nil
	}
	ctx = stages.In(ctx, stages.Orient)
	first, second := 0, 180
	if prose.MostlyTall(lines) {
		first, second = 90, 270
	}
	s := newSample(lines)
	if err := e.readSample(ctx, src, s, first); err != nil {
		return 0, sample{}, err
	}
	degrees, best := first, meanConfidence(s.read[first])
	if best <= surelyUpright {
		if err := e.readSample(ctx, src, s, second); err != nil {
			return 0, sample{}, err
		}
		if c := meanConfidence(s.read[second]); c > best+clearlyBetter || first != 0 && c > best {
			degrees, best = second, c
		}
	}
	if columns, ok, err := e.vertical(ctx, src, s.lines, s.read[degrees], first); ok || err != nil {
		return columns, sample{}, err
	}
	if best < readableSample {
		degrees = 0
	}
	return degrees, s, nil
}

// vertical returns by how many degrees a page with columns of vertical writing must be turned for them to be
// upright, and false if it has none. turned is the best reading of the sample as rows. It decides nothing,
// since columns are also read well on their side: columns are read as well, and as the same text, with their
// characters set in a row. The characters of rows can be read on their side, too, but come out in reverse
// order.
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
		columns, half := startLines(sample, degrees), (len(sample)+1)/2
		read, err := e.readColumns(ctx, src, columns[:half])
		if err != nil {
			return 0, false, err
		}
		if sameTexts(read, turned) == 0 {
			continue
		}
		rest, err := e.readColumns(ctx, src, columns[half:])
		if err != nil {
			return 0, false, err
		}
		read = append(read, rest...)
		if 2*sameTexts(read, turned) > len(read) && meanConfidence(read) > max(readableSample, meanConfidence(turned)-setWorse) {
			return degrees, true, nil
		}
	}
	return 0, false, nil
}

// sameTexts counts the lines that say the same in another reading.
func sameTexts(lines, others []document.Line) (same int) {
	for i, l := range lines {
		if sameText(l.Text, others[i].Text) {
			same++
		}
	}
	return same
}

// sample is the lines of a page that are read to tell which way up it is.
type sample struct {
	index []int // of the page's lines
	lines []document.Line
	read  map[int][]document.Line // by the degrees at which they were read
	quick map[int]bool            // by the same: whether quick reading is of use
}

func newSample(lines []document.Line) sample {
	s := sample{index: mediumLines(lines), read: map[int][]document.Line{}, quick: map[int]bool{}}
	for _, i := range s.index {
		s.lines = append(s.lines, lines[i])
	}
	return s
}

// readSample reads the sample's lines as they lie when the page is turned clockwise by degrees.
func (e *Engine) readSample(ctx context.Context, src pixels.Raster, s sample, degrees int) (err error) {
	s.read[degrees], err = readOnce(ctx, src, startLines(s.lines, degrees), func(ctx context.Context, src pixels.Raster, lines []document.Line) (read []document.Line, err error) {
		read, s.quick[degrees], err = e.models.ReadSample(ctx, src, lines)
		return read, err
	})
	return err
}

// into returns lines with the text of those of the sample that were surely read at degrees.
func (s sample) into(lines []document.Line, degrees int) []document.Line {
	lines = slices.Clone(lines)
	for i, l := range s.read[degrees] {
		if at := &lines[s.index[i]]; l.Confidence != nil && *l.Confidence >= surelyDown {
			at.Text, at.Confidence, at.Missed, at.Marks = l.Text, l.Confidence, l.Missed, l.Marks
		}
	}
	return lines
}

// meanConfidence is the mean over lines, of which there is at least one; a line that could not be read counts
// as 0.
func meanConfidence(lines []document.Line) float64 {
	var sum float64
	for _, l := range lines {
		if l.Confidence != nil {
			sum += *l.Confidence
		}
	}
	return sum / float64(len(lines))
}

// mediumLines picks lines of about the median length, by index: long enough to judge, and quick to read.
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

// startLines makes each line start at the corner that is its top left one when the page is turned clockwise
// by degrees.
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
