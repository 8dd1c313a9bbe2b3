package doclayout

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// detection is a thing that PP-DocLayoutV3 saw on a page, in pixels that need
// not be whole nor on the page.
type detection struct {
	class   classID
	score   float64
	box     plane.Box
	order   int // rank in reading order; several may share one
	outline []document.Point
}

// Limits on what a sidecar may say. The model has 300 queries and boxes that it
// places up to half a page beyond the edges.
const (
	maxAnswerBytes   = 8 << 20
	maxBoxes         = 1000
	maxOutlinePoints = 4096
	maxOrder         = 1 << 20
)

// errAnswer means that a sidecar's answer breaks the protocol.
var errAnswer = errors.New("malformed layout answer")

// wireAnswer is an answer of POST /v1/layout.
type wireAnswer struct {
	Width  int       `json:"width"`
	Height int       `json:"height"`
	Boxes  []wireBox `json:"boxes"`
}

// wireBox has pointers where zero is a value and absence a fault.
type wireBox struct {
	ClassID *int        `json:"class_id"`
	Score   *float64    `json:"score"`
	BBox    []float64   `json:"bbox"`
	Order   *int        `json:"order"`
	Polygon [][]float64 `json:"polygon"`
}

// parseAnswer reads what was found on a page of that size. One wrong box fails
// the whole answer: the sidecar does not follow the protocol.
func parseAnswer(data []byte, size image.Point) ([]detection, error) {
	var answer wireAnswer
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	if answer.Width != size.X || answer.Height != size.Y {
		return nil, fmt.Errorf("%w: it is for a page of %d x %d, not %d x %d", errAnswer, answer.Width, answer.Height, size.X, size.Y)
	}
	if answer.Boxes == nil {
		return nil, fmt.Errorf("%w: no boxes", errAnswer)
	}
	if len(answer.Boxes) > maxBoxes {
		return nil, fmt.Errorf("%w: %d boxes", errAnswer, len(answer.Boxes))
	}
	found := make([]detection, len(answer.Boxes))
	for i, b := range answer.Boxes {
		d, err := b.detection(size)
		if err != nil {
			return nil, fmt.Errorf("%w: box %d: %w", errAnswer, i, err)
		}
		found[i] = d
	}
	return found, nil
}

func (b wireBox) detection(size image.Point) (d detection, err error) {
	switch {
	case b.ClassID == nil || !classID(*b.ClassID).valid():
		return d, errors.New("class_id is missing or unknown")
	case b.Score == nil || *b.Score < 0 || *b.Score > 1:
		return d, errors.New("score is missing or not within 0 to 1")
	case b.Order == nil || *b.Order < 0 || *b.Order > maxOrder:
		return d, errors.New("order is missing or out of range")
	case len(b.BBox) != 4 || b.BBox[0] > b.BBox[2] || b.BBox[1] > b.BBox[3]:
		return d, errors.New("bbox is not x1, y1, x2, y2")
	case !near(b.BBox[0], b.BBox[1], size) || !near(b.BBox[2], b.BBox[3], size):
		return d, errors.New("bbox is far from the page")
	case len(b.Polygon) > maxOutlinePoints:
		return d, errors.New("polygon has too many points")
	}
	d = detection{
		class: classID(*b.ClassID),
		score: *b.Score,
		box:   plane.Box{X0: b.BBox[0], Y0: b.BBox[1], X1: b.BBox[2], Y1: b.BBox[3]},
		order: *b.Order,
	}
	for _, p := range b.Polygon {
		if len(p) != 2 || !near(p[0], p[1], size) {
			return d, errors.New("polygon has a point that is malformed or far from the page")
		}
		d.outline = append(d.outline, document.Point{X: p[0], Y: p[1]})
	}
	if len(d.outline) < 3 || d.isRectangle() {
		d.outline = nil
	}
	return d, nil
}

// near reports whether a point is on the page or at most one page away.
func near(x, y float64, size image.Point) bool {
	w, h := float64(size.X), float64(size.Y)
	return x >= -w && x <= 2*w && y >= -h && y <= 2*h
}

// isRectangle reports whether the outline is the box, give or take a pixel.
func (d detection) isRectangle() bool {
	if len(d.outline) != 4 {
		return false
	}
	for _, p := range d.outline {
		dx := min(math.Abs(p.X-d.box.X0), math.Abs(p.X-d.box.X1))
		dy := min(math.Abs(p.Y-d.box.Y0), math.Abs(p.Y-d.box.Y1))
		if dx > 1 || dy > 1 {
			return false
		}
	}
	return true
}
