package embedded

import (
	"context"
	"image"
	"math"

	"ocr-gateway/document"
)

// Line detection, as PP-OCR's models expect it; the thresholds are those of
// its configuration for this model.
const (
	detStep      = 32   // the network halves its input five times
	detMinSide   = 736  // smaller images are enlarged until the shorter side has this
	detThreshold = 76   // heat of a text pixel: 0.3
	detScore     = 0.5  // mean heat of a line
	detUnclip    = 1.6  // how far lines are grown
	detMinHeight = 3    // heat pixels; smaller components are specks
	detMaxLines  = 3000 // a page with more is noise
)

// detect finds the text lines of src, in no particular order.
func (e *Engine) detect(ctx context.Context, src raster) ([]document.Line, error) {
	if src.w < 2 || src.h < 2 {
		return nil, nil
	}
	plan := planDetection(src.w, src.h, e.cfg.MaxSide)
	m, err := e.heatOf(ctx, src, plan)
	if err != nil {
		return nil, err
	}
	var lines []document.Line
	for _, comp := range m.components(detThreshold) {
		b := minAreaBox(comp)
		if min(b.w, b.h) < detMinHeight || m.mean(b.corners()) < detScore {
			continue
		}
		q := b.unclip(detUnclip).corners()
		for i := range q {
			q[i] = plan.toSource(q[i])
		}
		line := document.Line{Quad: q, BBox: bboxOf(q, src.w, src.h)}
		if line.BBox.Rect().Empty() {
			continue
		}
		if lines = append(lines, line); len(lines) == detMaxLines {
			break
		}
	}
	return lines, nil
}

// detection says how an image is shown to the network: scaled to w x h and
// set off by a margin that continues its background.
type detection struct {
	w, h           int // of the scaled image
	margin         int
	scaleX, scaleY float64 // source pixels per scaled pixel
}

func planDetection(w, h, maxSide int) detection {
	long, short := float64(max(w, h)), float64(min(w, h))
	scale := min(1, float64(maxSide)/long)
	if short*scale < detMinSide {
		scale = min(detMinSide/short, float64(maxSide)/long)
	}
	round := func(v int) int { return max(detStep, int(math.Round(float64(v)*scale/detStep))*detStep) }
	d := detection{w: round(w), h: round(h)}
	d.scaleX, d.scaleY = float64(w)/float64(d.w), float64(h)/float64(d.h)
	return d
}

// toSource maps a position on the heat map, where integers are pixel centres,
// to one in the source image, where they are pixel corners.
func (d detection) toSource(p document.Point) document.Point {
	return document.Point{
		X: (p.X + .5 - float64(d.margin)) * d.scaleX,
		Y: (p.Y + .5 - float64(d.margin)) * d.scaleY,
	}
}

// heatOf runs the network over src.
func (e *Engine) heatOf(ctx context.Context, src raster, d detection) (heat, error) {
	ws, err := e.workspace(ctx)
	if err != nil {
		return heat{}, err
	}
	defer e.release(ws)
	w, h := d.w+2*d.margin, d.h+2*d.margin
	ws.in, ws.out = grow(ws.in, 3*w*h), grow(ws.out, w*h)
	dst := planes{ws.in, w, w * h}
	if d.margin > 0 {
		dst.fill(w, h, borderColour(src), symmetric)
	}
	resample(dst.at(d.margin, d.margin), d.w, d.h, src, span{0, float64(src.w)}, span{0, float64(src.h)}, symmetric)
	err = e.detector.run(
		array{ws.in, []int64{1, 3, int64(h), int64(w)}},
		array{ws.out, []int64{1, 1, int64(h), int64(w)}})
	if err != nil {
		return heat{}, engineFailed("finding the text lines failed", err)
	}
	m := heat{make([]uint8, w*h), w, h}
	for i, v := range ws.out[:w*h] {
		m.pix[i] = uint8(min(max(v, 0), 1) * 255)
	}
	return m, nil
}

// borderColour is the mean colour B, G, R along the edges of src.
func borderColour(src raster) [3]float32 {
	var sum [3]float32
	n := 0
	add := func(x, y int) {
		p := src.pix[y*src.stride+x*src.bpp:]
		for c := range 3 {
			sum[2-c] += float32(p[min(c, src.bpp-1)])
		}
		n++
	}
	for x := range src.w {
		add(x, 0)
		add(x, src.h-1)
	}
	for y := range src.h {
		add(0, y)
		add(src.w-1, y)
	}
	for c := range sum {
		sum[c] /= float32(n)
	}
	return sum
}

// shift moves lines by the position of the part they were found in.
func shift(lines []document.Line, by image.Point) {
	for i := range lines {
		l := &lines[i]
		for j := range l.Quad {
			l.Quad[j].X += float64(by.X)
			l.Quad[j].Y += float64(by.Y)
		}
		l.BBox = document.BoxOf(l.BBox.Rect().Add(by))
	}
}
