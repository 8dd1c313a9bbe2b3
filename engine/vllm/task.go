package vllm

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/vllm/chat"
	"ocr-gateway/model"
)

// maxPromptBytes limits a client's prompt: some 500 tokens in addition to the image's.
const maxPromptBytes = 2000

// CheckPrompt says why a client's prompt is not accepted.
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

// request returns how the model in use is asked, with what the settings override.
func (e *Engine) request(s selection, ask model.Ask) (model.Request, error) {
	ask.Variant = s.variant
	q, err := s.profile.Request(ask)
	if err != nil {
		return q, err
	}
	limit, set := e.cfg.MaxTokens.Text, e.cfg.Sampling
	switch {
	case ask.Question != nil:
	case ask.Region.Type == document.RegionTable:
		limit = e.cfg.MaxTokens.Table
	case ask.Region.Type == document.RegionFormula:
		limit = e.cfg.MaxTokens.Formula
	}
	q.MaxTokens = orOwn(limit, q.MaxTokens)
	if set.Temperature != ownTemperature {
		q.Sampling.Temperature = set.Temperature
	}
	q.Sampling.TopP = orOwn(set.TopP, q.Sampling.TopP)
	q.Sampling.TopK = orOwn(set.TopK, q.Sampling.TopK)
	q.Sampling.RepetitionPenalty = orOwn(set.RepetitionPenalty, q.Sampling.RepetitionPenalty)
	return q, nil
}

// orOwn returns a setting, or the model's own value if that is 0.
func orOwn[T int | float64](setting, own T) T {
	if setting == 0 {
		return own
	}
	return setting
}

// recognition converts the answer to the pipeline's type.
func recognition(q model.Request, a chat.Answer) document.Recognition {
	r := q.Read(strings.TrimSpace(a.Text))
	r.Confidence, r.Usage = a.Confidence, a.Usage
	switch {
	case a.Cut != nil:
		r.Truncated = a.Cut.Problem()
	case a.Looped:
		r.Truncated = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
			"the model repeats itself: the text ends where the repetition begins")
	case a.AtLimit():
		r.Truncated = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
			"the text is cut: the answer reached the limit of vllm.max_tokens or of the model's length")
	}
	return r
}
