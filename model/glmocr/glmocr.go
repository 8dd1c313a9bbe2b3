// Package glmocr asks GLM-OCR about regions and questions, and reads its answers: prompts,
// limits, sampling, image sizes, control tokens, and how a page is assembled.
//
// Sources: the model card zai-org/GLM-OCR, the SDK glmocr 0.1.5 (zai-org/GLM-OCR, commit
// 98ef984: config.yaml, dataloader/page_loader.py, postprocess/result_formatter.py) and the
// model's preprocessor_config.json.
package glmocr

import (
	"regexp"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/model"
)

// Profile is the model's profile for engine/vllm.
type Profile struct{}

// Name is the profile's name in settings.
func (Profile) Name() string { return "glm-ocr" }

// Serves reports whether name, the id or root of a served model, is GLM-OCR.
func (Profile) Serves(name string) (variant string, ok bool) {
	name = strings.ToLower(name)
	return "", strings.Contains(name, "glm-ocr") || strings.Contains(name, "glm_ocr") || strings.Contains(name, "glmocr")
}

// Traits says what the model can do.
func (Profile) Traits(string) model.Traits {
	return model.Traits{Tasks: document.Tasks, Questions: true}
}

// Assemble is the package's Assemble.
func (Profile) Assemble(page *document.PageResult) { Assemble(page) }

// Longest answers, in tokens: the SDK's limits, and less for formulas, which are either short or loops.
const (
	maxTokens        = 8192
	maxFormulaTokens = 4096
)

// sampling is the SDK's.
var sampling = model.Sampling{TopP: 0.00001, TopK: 1, RepetitionPenalty: 1.1}

// image is how the model's processor sees an image: patches of 14 pixels merged 2x2 make one token of 28x28
// pixels, and images of more than 4,816,896 pixels are scaled down to that (longest_edge 9,633,792 over
// temporal size 2). The server refuses ratios of sides above 200; the margin covers its rounding.
var image = model.Image{TokenSide: 28, MaxTokens: 4_816_896 / (28 * 28), MaxAspect: 180}

// minLooped is the length, in bytes, below which answers are not checked for loops (the SDK's figure).
const minLooped = 2048

// A model that loops never stops by itself, so the rules for an unfinished answer can be patient: dot
// leaders, blank forms and calendars repeat themselves too.
var (
	textLoop  = model.Loop{Copies: 10, Run: 1024, Least: minLooped, Server: true}
	tableLoop = model.Loop{Copies: 10, Run: 6144, Least: minLooped} // a blank form of 20 rows and 12 columns has 2340 equal bytes
)

// controlTokens are what the tokenizer of this model, and of similar ones, takes for control tokens in any
// text: <|user|>, </think>, [gMASK], /nothink.
var controlTokens = regexp.MustCompile(`<[^<>\s]{1,64}>|\[[gs]?MASK\]|/nothink`)

// fieldsPrompt begins a question for fields. It is from the model card, with its ASCII colon: the model was
// trained on exactly this.
const fieldsPrompt = "请按下列JSON格式输出图中信息:\n"

// Request asks with the prompts that the model was trained on; others make it loop.
func (Profile) Request(ask model.Ask) (model.Request, error) {
	q := model.Request{MaxTokens: maxTokens, Sampling: sampling, Image: image, Loop: textLoop}
	switch {
	case ask.Question != nil: // lists of similar items repeat themselves as tables do
		q.Prompt, q.Loop, q.Read = fieldsPrompt+model.Escape(controlTokens, ask.Question.Example), tableLoop, readText
		q.Schema = ask.Question.Schema
	case ask.Region.Type == document.RegionTable:
		q.Prompt, q.Loop, q.Read = "Table Recognition:", tableLoop, readTable
	case ask.Region.Type == document.RegionFormula:
		q.Prompt, q.MaxTokens, q.Read = "Formula Recognition:", maxFormulaTokens, readFormula
	default:
		q.Prompt, q.Read = "Text Recognition:", readText
	}
	if ask.Prompt != "" {
		q.Prompt = model.Escape(controlTokens, ask.Prompt)
	}
	return q, nil
}

func readText(text string) document.Recognition {
	return document.Recognition{Content: text, Format: document.FormatText}
}

// readTable takes an answer for HTML only if the model wrote a table.
func readTable(text string) document.Recognition {
	if strings.HasPrefix(text, "<table") {
		return document.Recognition{Content: text, Format: document.FormatHTML}
	}
	return readText(text)
}

// readFormula removes the delimiters: LaTeX content has none.
func readFormula(text string) document.Recognition {
	for _, d := range [][2]string{{"$$", "$$"}, {`\[`, `\]`}, {`\(`, `\)`}} {
		if body, ok := strings.CutPrefix(text, d[0]); ok {
			text = strings.TrimSuffix(body, d[1])
			break
		}
	}
	return document.Recognition{Content: strings.TrimSpace(text), Format: document.FormatLaTeX}
}
