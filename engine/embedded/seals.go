package embedded

import (
	"context"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/stamp"
)

// sealLabel is the label of a stamp. Its lines come with their text, since they are read from its ink alone.
const sealLabel = "seal"

// readUnder reads the lines under a stamp, from the page without stamps.
func (e *Engine) readUnder(ctx context.Context, clean pixels.Raster, lines []document.Line, stamps []stamp.Stamp) ([]document.Line, error) {
	var under []document.Line
	var index []int
	for i, l := range lines {
		if slices.ContainsFunc(stamps, func(s stamp.Stamp) bool { return s.Box.Overlaps(l.BBox.Rect()) }) {
			l.Text, l.Confidence, l.Script = "", nil, "" // misread because of the stamp
			under, index = append(under, l), append(index, i)
		}
	}
	if len(under) == 0 {
		return lines, nil
	}
	under, err := e.readLines(ctx, clean, under, e.models.Read)
	if err != nil {
		return nil, err
	}
	for j, i := range index {
		lines[i] = under[j]
	}
	return lines, nil
}

// seals returns the regions of stamps, with the lines read in them.
func (e *Engine) seals(ctx context.Context, src pixels.Raster, stamps []stamp.Stamp) ([]document.Region, error) {
	var regions []document.Region
	for _, s := range stamps {
		part, at := s.Only(src)
		ring, err := e.readSeal(ctx, s.Unrolled(part))
		if err != nil {
			return nil, err
		}
		if len(prose.OneLine(ring)) < ringText {
			ring = nil
		}
		for i := range ring {
			ring[i].Quad, ring[i].BBox = [4]document.Point{}, document.BoxOf(s.Box)
		}
		if len(ring) > 0 {
			part = s.Middle(part)
		}
		lines, err := e.readSeal(ctx, part)
		if err != nil {
			return nil, err
		}
		move(lines, at)
		regions = append(regions, document.Region{Type: document.RegionText, Label: sealLabel, BBox: document.BoxOf(s.Box), Lines: append(ring, lines...)})
	}
	return regions, nil
}

const (
	sealSure = 0.8 // confidence below which a reading in a stamp is of its ornaments
	ringText = 5   // characters along a ring, at least
)

// readSeal finds and reads the lines in a part of a stamp.
func (e *Engine) readSeal(ctx context.Context, part pixels.Raster) ([]document.Line, error) {
	lines, err := e.models.Detect(ctx, part)
	if err != nil {
		return nil, err
	}
	if lines, err = e.readLines(ctx, part, lines, e.models.Read); err != nil {
		return nil, err
	}
	lines = slices.DeleteFunc(lines, func(l document.Line) bool {
		return l.Text == "" || *l.Confidence < sealSure
	})
	return slices.Concat(prose.Rows(lines)...), nil
}

// sealUnread reports a stamp in which nothing was read.
func sealUnread(region document.Region) *document.Problem {
	if region.Label != sealLabel || len(region.Lines) > 0 {
		return nil
	}
	return document.Problemf(document.CodeNotRead, document.PhaseRecognize, "the text of this seal or stamp was not read")
}
