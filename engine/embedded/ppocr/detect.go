package ppocr

import (
	"context"
	"image"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/heatmap"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/stages"
)

// Detect finds the text lines of src, in no particular order. Areas of small print are examined a second
// time, enlarged, and so are places with print in which no line was found.
func (m *Models) Detect(ctx context.Context, src pixels.Raster) ([]document.Line, error) {
	if src.W < 2 || src.H < 2 || !src.Marked() {
		return nil, nil
	}
	first := look{image.Rect(0, 0, src.W, src.H), firstView(src.W, src.H, m.cfg.MaxSide)}
	lines, err := m.detectIn(ctx, src, first.view)
	if err != nil {
		return nil, err
	}
	last := first
	if closer, ok := first.closer(lines); ok {
		last = closer
		if lines, err = m.detectPart(ctx, src, last); err != nil {
			return nil, err
		}
	}
	return m.detectOverlooked(ctx, src, first, last, lines)
}

// DetectIn finds the text lines of a part of src, at the scale that Detect would use.
func (m *Models) DetectIn(ctx context.Context, src pixels.Raster, part image.Rectangle) ([]document.Line, error) {
	part = part.Intersect(image.Rect(0, 0, src.W, src.H))
	const most = 0.6 // share of the page from which the whole page is examined
	if part.Dx()*part.Dy() > int(most*float64(src.W*src.H)) {
		return m.Detect(ctx, src)
	}
	return m.detectPart(ctx, src, lookAt(part, 1/firstView(src.W, src.H, m.cfg.MaxSide).scaleY))
}

// detectPart finds the text lines of the part of src in a look.
func (m *Models) detectPart(ctx context.Context, src pixels.Raster, at look) ([]document.Line, error) {
	part, piece := at.part, src.Sub(at.part)
	if part.Dx() < 2 || part.Dy() < 2 || !piece.Marked() {
		return nil, nil
	}
	lines, err := m.detectIn(ctx, piece, at.view)
	for i := range lines {
		l := &lines[i]
		for j := range l.Quad {
			l.Quad[j].X += float64(part.Min.X)
			l.Quad[j].Y += float64(part.Min.Y)
		}
		for j := range l.Spine {
			l.Spine[j].X += float64(part.Min.X)
			l.Spine[j].Y += float64(part.Min.Y)
		}
		l.BBox = document.BoxOf(l.BBox.Rect().Add(part.Min))
	}
	return lines, err
}

// detectIn finds the text lines of src in one view of it.
func (m *Models) detectIn(ctx context.Context, src pixels.Raster, v view) ([]document.Line, error) {
	end := stages.Begin(ctx, stages.Detect)
	defer func() { end(v.work()) }()
	heat, err := m.heatOf(ctx, src, v)
	if err != nil {
		return nil, err
	}
	var lines []document.Line
	for _, l := range heat.Lines() {
		if line := v.line(l, src); !line.BBox.Rect().Empty() {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// heatOf runs the network over a view of src, tile by tile.
func (m *Models) heatOf(ctx context.Context, src pixels.Raster, v view) (heatmap.Map, error) {
	all := heatmap.Map{Pix: make([]uint8, v.w*v.h), W: v.w, H: v.h}
	for _, t := range v.tiles() {
		if err := m.heatTile(ctx, src, v, t, all); err != nil {
			return heatmap.Map{}, err
		}
	}
	return all, nil
}

// heatTile runs the network over one tile and keeps its core in to.
func (m *Models) heatTile(ctx context.Context, src pixels.Raster, v view, t tile, to heatmap.Map) error {
	ws, release, err := m.pageWorkspace(ctx)
	if err != nil {
		return err
	}
	defer release()
	w, h := t.area.Dx(), t.area.Dy()
	in, out := ws.in.grow(3*w*h), ws.out.grow(w*h)
	v.draw(pixels.Planes{Data: in, W: w, H: h, Stride: w, Size: w * h}, src, t.area)
	err = m.widestDetector().run(
		array{in, []int64{1, 3, int64(h), int64(w)}},
		array{out, []int64{1, 1, int64(h), int64(w)}})
	if err != nil {
		return failed("finding the text lines failed", err)
	}
	for y := t.core.Min.Y; y < t.core.Max.Y; y++ {
		from := out[(y-t.area.Min.Y)*w+t.core.Min.X-t.area.Min.X:]
		row := to.Pix[y*to.W+t.core.Min.X:][:t.core.Dx()]
		for x := range row {
			row[x] = uint8(min(max(from[x], 0), 1) * 255)
		}
	}
	return nil
}
