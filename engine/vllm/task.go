package vllm

import (
	"strings"

	"github.com/sashabaranov/go-openai"

	"ocr-gateway/document"
)

// task is how one kind of region is asked for.
type task struct {
	prompt    string // exactly as the model was trained; others make it loop
	maxTokens int
	loop      loopRule
	format    func(text string) (string, document.ContentFormat)
	schema    []byte // JSON Schema of the answer; nil where the answer is free
}

func taskOf(t document.RegionType, limits MaxTokens) task {
	switch t {
	case document.RegionTable:
		return task{prompt: "Table Recognition:", maxTokens: limits.Table, loop: tableRule, format: tableFormat}
	case document.RegionFormula:
		return task{prompt: "Formula Recognition:", maxTokens: limits.Formula, loop: textRule, format: formulaFormat}
	default:
		return task{prompt: "Text Recognition:", maxTokens: limits.Text, loop: textRule, format: textFormat}
	}
}

// maxPromptBytes bounds a client's prompt: some 500 tokens beside the image's.
const maxPromptBytes = 2000

// CheckPrompt says why a prompt of a client's is not taken.
func (e *Engine) CheckPrompt(prompt string) error {
	switch {
	case !e.cfg.AllowPrompt:
		return document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission,
			"prompts are not allowed on this server: leave prompt out and name a task, or ask its operator to set vllm.allow_prompt")
	case len(prompt) > maxPromptBytes:
		return document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission,
			"prompt is %d bytes long: use at most %d", len(prompt), maxPromptBytes)
	}
	return nil
}

func textFormat(text string) (string, document.ContentFormat) { return text, document.FormatText }

// tableFormat is HTML only when the model wrote a table.
func tableFormat(text string) (string, document.ContentFormat) {
	if strings.HasPrefix(text, "<table") {
		return text, document.FormatHTML
	}
	return text, document.FormatText
}

// formulaFormat takes off the delimiters: LaTeX content has none.
func formulaFormat(text string) (string, document.ContentFormat) {
	for _, d := range [][2]string{{"$$", "$$"}, {`\[`, `\]`}, {`\(`, `\)`}} {
		if body, ok := strings.CutPrefix(text, d[0]); ok {
			text = strings.TrimSuffix(body, d[1])
			break
		}
	}
	return strings.TrimSpace(text), document.FormatLaTeX
}

// recognition is the answer in the pipeline's words.
func (t task) recognition(a answer) document.Recognition {
	content, format := t.format(strings.TrimSpace(a.text))
	r := document.Recognition{Content: content, Format: format, Confidence: a.confidence, Usage: a.usage}
	switch {
	case a.cut != nil:
		r.Truncated = a.cut.problem()
	case a.looped:
		r.Truncated = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
			"the model repeats itself: the text ends where the repetition begins")
	case a.finish == openai.FinishReasonLength:
		r.Truncated = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
			"the text is cut: the answer reached the limit of vllm.max_tokens or of the model's length")
	}
	return r
}
