package ppocr

import (
	"cmp"
	"context"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/stages"
)

// Coarse layout by PicoDet trained on CDLA.
const (
	layoutWidth  = 608
	layoutHeight = 800
	layoutBins   = 8 // of the distance from a cell's centre to each side
	layoutScore  = 0.4
	layoutIoU    = 0.5 // boxes of one class that overlap more are the same
)

// layoutLabels are the classes in the model's order.
var layoutLabels = []string{
	"text", "title", "figure", "figure_caption", "table",
	"table_caption", "header", "footer", "reference", "equation",
}

// layoutStrides are the sizes in pixels of the cells of the four outputs.
var layoutStrides = []int{8, 16, 32, 64}

// layoutOutputs names the scores of each stride, then the distances.
var layoutOutputs = []string{
	"transpose_0.tmp_0", "transpose_2.tmp_0", "transpose_4.tmp_0", "transpose_6.tmp_0",
	"transpose_1.tmp_0", "transpose_3.tmp_0", "transpose_5.tmp_0", "transpose_7.tmp_0",
}

// imageNet is the normalisation of the layout model; the means, meant for
// R, G, B, are applied in plane order B, G, R as in its training.
var imageNet = pixels.Norm{
	Scale: [3]float32{1 / (255 * .229), 1 / (255 * .224), 1 / (255 * .225)},
	Shift: [3]float32{-.485 / .229, -.456 / .224, -.406 / .225},
}

// Areas returns the boxes that the layout model sees: Label (a CDLA class), Score and
// BBox in pixels of src.
func (m *Models) Areas(ctx context.Context, src pixels.Raster) ([]document.Region, error) {
	ws, release, err := m.pageWorkspace(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	end := stages.Begin(ctx, stages.Layout)
	defer func() { end(stages.Work{Full: layoutWork}) }()
	const size = layoutWidth * layoutHeight
	in := ws.in.grow(3 * size)
	dst := pixels.Planes{Data: in, W: layoutWidth, H: layoutHeight, Stride: layoutWidth, Size: size}
	pixels.Resample(dst, src, pixels.Span{To: float64(src.W)}, pixels.Span{To: float64(src.H)}, imageNet)
	outs := layoutArrays(ws)
	if err := m.layout.run(array{in, []int64{1, 3, layoutHeight, layoutWidth}}, outs...); err != nil {
		return nil, failed("finding the page layout failed", err)
	}
	var found []document.Region
	for i, stride := range layoutStrides {
		found = append(found, layoutCells(outs[i].data, outs[i+4].data, stride, src)...)
	}
	return suppress(found), nil
}

// layoutArrays divides ws.out among the outputs.
func layoutArrays(ws *workspace) []array {
	outs := make([]array, 0, 8)
	total := 0
	for _, columns := range []int{len(layoutLabels), 4 * layoutBins} {
		for _, stride := range layoutStrides {
			n := ceilDiv(layoutWidth, stride) * ceilDiv(layoutHeight, stride)
			outs = append(outs, array{shape: []int64{1, int64(n), int64(columns)}})
			total += n * columns
		}
	}
	rest := ws.out.grow(total)
	for i := range outs {
		n := int(outs[i].shape[1] * outs[i].shape[2])
		outs[i].data, rest = rest[:n], rest[n:]
	}
	return outs
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// layoutCells decodes the cells of one stride that are sure enough, to boxes in
// pixels of src.
func layoutCells(scores, distances []float32, stride int, src pixels.Raster) []document.Region {
	var found []document.Region
	columns := ceilDiv(layoutWidth, stride)
	scaleX, scaleY := float64(src.W)/layoutWidth, float64(src.H)/layoutHeight
	classes := len(layoutLabels)
	for i := range len(scores) / classes {
		cell := scores[i*classes:][:classes]
		class := 0
		for c, s := range cell {
			if s > cell[class] {
				class = c
			}
		}
		if cell[class] < layoutScore {
			continue
		}
		x := (float64(i%columns) + .5) * float64(stride)
		y := (float64(i/columns) + .5) * float64(stride)
		var d [4]float64 // left, top, right, bottom
		for side := range d {
			d[side] = expectedBin(distances[(i*4+side)*layoutBins:][:layoutBins]) * float64(stride)
		}
		box := pixels.BBoxOf([4]document.Point{
			{X: (x - d[0]) * scaleX, Y: (y - d[1]) * scaleY},
			{X: (x + d[2]) * scaleX, Y: (y - d[1]) * scaleY},
			{X: (x + d[2]) * scaleX, Y: (y + d[3]) * scaleY},
			{X: (x - d[0]) * scaleX, Y: (y + d[3]) * scaleY},
		}, src.W, src.H)
		score := float64(cell[class])
		found = append(found, document.Region{Label: layoutLabels[class], BBox: box, Score: &score})
	}
	return found
}

// expectedBin is the mean of the bins 0, 1, … under the softmax of logits
// (Li et al., Generalized focal loss, 2020).
func expectedBin(logits []float32) float64 {
	top := float64(slices.Max(logits))
	var sum, mean float64
	for i, v := range logits {
		p := math.Exp(float64(v) - top)
		sum += p
		mean += float64(i) * p
	}
	return mean / sum
}

// suppress keeps, best first, the boxes that do not overlap a better one with the same label.
func suppress(found []document.Region) []document.Region {
	slices.SortStableFunc(found, func(a, b document.Region) int { return cmp.Compare(*b.Score, *a.Score) })
	var kept []document.Region
	for _, r := range found {
		if r.BBox.Rect().Empty() || slices.ContainsFunc(kept, func(k document.Region) bool {
			return k.Label == r.Label && overlap(k.BBox, r.BBox) > layoutIoU
		}) {
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// overlap is the intersection over union of two boxes.
func overlap(a, b document.BBox) float64 {
	area := func(b document.BBox) float64 { return float64(b[2]-b[0]) * float64(b[3]-b[1]) }
	in := a.Rect().Intersect(b.Rect())
	if in.Empty() {
		return 0
	}
	both := area(document.BoxOf(in))
	return both / (area(a) + area(b) - both)
}
