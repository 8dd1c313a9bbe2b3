package doclayout

import (
	"encoding/json"
	"image"
	"io"
	"log/slog"

	"ocr-gateway/document"
)

// Passed on to the tests, which are outside.
var (
	ParseAnswer = parseAnswer
	ProgramEnv  = programEnv
	MaxBoxes    = maxBoxes
)

// StartSidecar is NewSidecar with more arguments for the program.
func StartSidecar(cfg Config, log *slog.Logger, args ...string) (*Sidecar, error) {
	return newSidecar(cfg, log, args...)
}

// ProgramDir is the private folder of the program.
func (s *Sidecar) ProgramDir() string {
	if s.supervisor.folder == nil {
		return ""
	}
	return s.supervisor.folder.path
}

// NewPixelReader is the page as the sidecar gets it.
func NewPixelReader(img image.Image) (io.ReadCloser, error) { return newPixelReader(img) }

// ProgramLog is where the program writes to.
func ProgramLog(log *slog.Logger) io.Writer { return &programLog{log: log} }

// Refine takes the body of an answer to regions.
func Refine(cfg Config, answer []byte, size image.Point) (regions []document.Region, empty int, err error) {
	found, err := parseAnswer(answer, size)
	if err != nil {
		return nil, 0, err
	}
	kept, empty := refine(found, size, cfg.minScore)
	return regionsOf(kept), empty, nil
}

// Answer is the body for rows of class, score, x1, y1, x2, y2, order.
func Answer(size image.Point, rows ...[7]float64) []byte {
	boxes := []map[string]any{}
	for _, r := range rows {
		boxes = append(boxes, map[string]any{
			"class_id": int(r[0]), "score": r[1], "bbox": r[2:6], "order": int(r[6]), "polygon": nil,
		})
	}
	data, err := json.Marshal(map[string]any{"model": "test", "width": size.X, "height": size.Y, "boxes": boxes})
	if err != nil {
		panic(err)
	}
	return data
}
