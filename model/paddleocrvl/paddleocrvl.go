// Package paddleocrvl asks PaddleOCR-VL about regions and reads its answers. It reads one
// region at a time, found by PP-DocLayoutV3 as for GLM-OCR.
//
// Sources: PaddlePaddle/PaddleX, paddlex/inference/pipelines/paddleocr_vl/pipeline.py (prompts
// by label, pixel limits, max_new_tokens) and uilts.py (OTSL), models/doc_vlm/predictor.py and
// constants.py (order of image and prompt, temperature, token limit); vllm-project/recipes,
// PaddlePaddle/PaddleOCR-VL.md; the model cards PaddlePaddle/PaddleOCR-VL-1.5 and -1.6.
package paddleocrvl

import (
	"regexp"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/model"
)

// Profile is the model's profile for engine/vllm.
type Profile struct{}

// Name is the profile's name in settings.
func (Profile) Name() string { return "paddleocr-vl" }

// served matches the names of the models and, except for the first, their version.
var served = regexp.MustCompile(`paddleocr[-_]vl(?:[-_](1\.\d+))?`)

// firstVersion is the variant of the model before 1.5, which does not know seals.
const firstVersion = "1.0"

// Serves reports whether name, the id or root of a served model, is PaddleOCR-VL.
func (Profile) Serves(name string) (variant string, ok bool) {
	found := served.FindStringSubmatch(strings.ToLower(name))
	switch {
	case found == nil:
		return "", false
	case found[1] == "":
		return firstVersion, true
	}
	return found[1], true
}

// Traits says what the model can do.
func (Profile) Traits(string) model.Traits {
	return model.Traits{Tasks: document.Tasks, Charts: true}
}

// Longest answers, in tokens: from the pipeline, and for tables the most that the client accepts.
const (
	maxTokens      = 4096
	maxTableTokens = 8192
)

// image is how the processor sees an image: patches of 14 pixels merged 2x2, and at most 1,003,520 pixels, as
// the pipeline specifies. It also specifies at least 112,896 pixels: a smaller image is enlarged by the
// server, to what its preprocessor_config.json says. The server refuses ratios of sides above 200; the margin
// covers its rounding.
var image = model.Image{TokenSide: 28, MaxTokens: 1_003_520 / (28 * 28), MaxAspect: 180}

// When an answer loops: as for GLM-OCR, which reads the same regions. PaddleX only shortens answers that loop
// to their end.
var (
	textLoop  = model.Loop{Copies: 10, Run: 1024, Least: 2048, Server: true}
	tableLoop = model.Loop{Copies: 10, Run: 6144, Least: 2048}
)

// controlTokens are like <|IMAGE_START|>, </s> and <fcel>.
var controlTokens = regexp.MustCompile(`<[^<>\s]{1,64}>`)

// The detector's labels that have prompts of their own.
const (
	labelChart = "chart"
	labelSeal  = "seal"
)

// Request asks with the model's prompt for the kind of region. Temperature 0 is all that the pipeline says
// about sampling.
func (Profile) Request(ask model.Ask) (model.Request, error) {
	if ask.Question != nil {
		return model.Request{}, document.Problemf(document.CodeTaskUnsupported, document.PhaseRecognize, "PaddleOCR-VL answers no questions")
	}
	q := model.Request{Prompt: "OCR:", MaxTokens: maxTokens, Image: image, Loop: textLoop, Read: readText}
	switch {
	case ask.Region.Label == labelChart:
		q.Prompt, q.Loop, q.Read = "Chart Recognition:", tableLoop, readChart
	case ask.Region.Type == document.RegionTable:
		q.Prompt, q.MaxTokens, q.Loop, q.Read = "Table Recognition:", maxTableTokens, tableLoop, readTable
	case ask.Region.Type == document.RegionFormula:
		q.Prompt, q.Read = "Formula Recognition:", readFormula
	case ask.Region.Label == labelSeal && ask.Variant != firstVersion:
		q.Prompt = "Seal Recognition:"
	}
	if ask.Prompt != "" {
		q.Prompt = model.Escape(controlTokens, ask.Prompt)
	}
	return q, nil
}
