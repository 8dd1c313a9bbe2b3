package embedded

import (
	"context"

	"ocr-gateway/document"
)

// Finding lines on the heat map; the thresholds are those of PP-OCR's
// configuration for this model.
const (
	detThreshold = 76   // heat of a text pixel: 0.3
	detScore     = 0.5  // mean heat of a line's own pixels
	detUnclip    = 1.6  // how far lines are grown
	detMinHeight = 3    // heat pixels; smaller components are specks
	detMaxLines  = 3000 // a page with more is noise
)

// detect finds the text lines of src, in no particular order. A page of small
// print is looked at twice, the second time larger.
func (e *Engine) detect(ctx context.Context, src raster) ([]document.Line, error) {
	if src.w < 2 || src.h < 2 || src.marks() < letters {
		return nil, nil
	}
	v := firstView(src.w, src.h, e.cfg.MaxSide)
	lines, err := e.detectIn(ctx, src, v)
	if err != nil {
		return nil, err
	}
	if closer, ok := v.closer(lines); ok {
		return e.detectIn(ctx, src, closer)
	}
	return lines, nil
}

// detectIn finds the text lines of src in one view of it.
func (e *Engine) detectIn(ctx context.Context, src raster, v view) ([]document.Line, error) {
	m, err := e.heatOf(ctx, src, v)
	if err != nil {
		return nil, err
	}
	var lines []document.Line
	for _, s := range m.strokes() {
		if line := s.line(v, src); !line.BBox.Rect().Empty() && len(lines) < detMaxLines {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// heatOf runs the network over a view of src, tile by tile.
func (e *Engine) heatOf(ctx context.Context, src raster, v view) (heat, error) {
	m := heat{make([]uint8, v.w*v.h), v.w, v.h}
	for _, t := range v.tiles() {
		if err := e.heatTile(ctx, src, v, t, m); err != nil {
			return heat{}, err
		}
	}
	return m, nil
}

// heatTile runs the network over one tile and keeps its core in m.
func (e *Engine) heatTile(ctx context.Context, src raster, v view, t tile, m heat) error {
	ws, err := e.workspace(ctx)
	if err != nil {
		return err
	}
	defer e.release(ws)
	w, h := t.area.Dx(), t.area.Dy()
	in, out := ws.in.grow(3*w*h), ws.out.grow(w*h)
	v.draw(planes{in, w, w * h}, src, t.area)
	err = e.detector.run(
		array{in, []int64{1, 3, int64(h), int64(w)}},
		array{out, []int64{1, 1, int64(h), int64(w)}})
	if err != nil {
		return engineFailed("finding the text lines failed", err)
	}
	for y := t.core.Min.Y; y < t.core.Max.Y; y++ {
		from := out[(y-t.area.Min.Y)*w+t.core.Min.X-t.area.Min.X:]
		to := m.pix[y*m.w+t.core.Min.X:][:t.core.Dx()]
		for x := range to {
			to[x] = uint8(min(max(from[x], 0), 1) * 255)
		}
	}
	return nil
}
