package embedded

import (
	"context"
	"image"

	"ocr-gateway/document"
)

// What the tests in package embedded_test need of the inside.
var (
	VerifyModels  = verifyModels
	Paragraphs    = paragraphs
	JoinLines     = joinLines
	Compose       = compose
	ASCIIForms    = asciiForms
	Turn          = turn
	ParseAlphabet = parseAlphabet
	ModelFiles    = modelFiles
)

// Decode reads text from class probabilities.
func Decode(a alphabet, probs []float32) (string, float64) { return a.decode(probs) }

// MinAreaQuad is the smallest rectangle around points.
func MinAreaQuad(points []document.Point) [4]document.Point { return minAreaBox(points).corners() }

// UnclipSize is the size of a w x h box after unclip.
func UnclipSize(w, h, ratio float64) (float64, float64) {
	b := box{ux: 1, w: w, h: h}.unclip(ratio)
	return b.w, b.h
}

// Components counts the components of a w pixels wide heat map and their points.
func Components(pix []uint8, w int) [][]document.Point {
	var points [][]document.Point
	for _, c := range (heat{pix, w, len(pix) / w}).components(detThreshold) {
		points = append(points, c.points())
	}
	return points
}

// ViewOf gives the size of the detector's first view of a w x h image and the
// areas and cores of its tiles.
func ViewOf(w, h, maxSide int) (size image.Point, areas, cores []image.Rectangle) {
	v := firstView(w, h, maxSide)
	for _, t := range v.tiles() {
		areas, cores = append(areas, t.area), append(cores, t.core)
	}
	return image.Pt(v.w, v.h), areas, cores
}

// Workspace takes the right to one inference; the returned function gives it back.
func Workspace(ctx context.Context, e *Engine) (release func(), err error) {
	ws, err := e.workspace(ctx)
	if err != nil {
		return nil, err
	}
	return func() { e.release(ws) }, nil
}

// Detect, ReadLines and Coarse are the three networks, for benchmarks.
func (e *Engine) Detect(ctx context.Context, img image.Image) ([]document.Line, error) {
	return e.detect(ctx, rasterOf(img))
}

func (e *Engine) ReadLines(ctx context.Context, img image.Image, lines []document.Line) ([]document.Line, error) {
	return e.readLines(ctx, rasterOf(img), lines)
}

// Name is the file's name.
func (f modelFile) Name() string { return f.name }
