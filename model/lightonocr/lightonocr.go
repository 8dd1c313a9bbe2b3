// Package lightonocr asks LightOnOCR about whole pages and reads its answers: Markdown, and from LightOnOCR-3
// on, in grounding mode, blocks with labels and boxes. It needs no layout detector.
//
// Sources: lightonai/LightOnOCR, commit 36755d4: README.md (modes, labels, coordinates, temperature),
// lightonocr/models.py (sizes by model), client.py (order of image and prompt, sampling, chat template) and
// grounding.py (grammar); the model cards lightonai/LightOnOCR-2-1B and LightOnOCR-3-0.8B, -1B and -4B.
package lightonocr

import (
	"regexp"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/model"
)

// Profile is the model's profile for engine/vllm.
type Profile struct{}

// Name is the profile's name in settings.
func (Profile) Name() string { return "lightonocr" }

// The models, as variants of the profile. An unknown name is taken for the newest, as LightOn's own client
// does.
const (
	variant1  = "1"    // LightOnOCR-1B-1025
	variant2  = "2"    // LightOnOCR-2-1B and its relatives
	variant31 = "3-1b" // LightOnOCR-3-1B, which sees images as the 1 and 2 do
	variant3  = "3"    // LightOnOCR-3-0.8B and -4B
)

var generation = regexp.MustCompile(`lightonocr-(\d+)-`)

// Serves reports whether name, the id or root of a served model, is LightOnOCR, and which.
func (Profile) Serves(name string) (variant string, ok bool) {
	name = strings.ToLower(name)
	if !strings.Contains(name, "lightonocr") {
		return "", false
	}
	found := generation.FindStringSubmatch(name)
	switch {
	case strings.Contains(name, "lightonocr-1b"), strings.Contains(name, "lightonocr-0.9b"):
		return variant1, true
	case found == nil:
		return "", true
	case found[1] == "1", found[1] == "2":
		return found[1], true
	case strings.Contains(name, "lightonocr-3-1b"):
		return variant31, true
	}
	return variant3, true
}

// grounds reports whether a model finds regions.
func grounds(variant string) bool { return variant != variant1 && variant != variant2 }

// Traits returns what the models can do. They have no prompts for a single table or formula, and answer no
// questions.
func (Profile) Traits(variant string) model.Traits {
	return model.Traits{Tasks: []document.Task{document.TaskText, document.TaskDocument}, Pages: true, Regions: grounds(variant)}
}

// groundingPrompt asks for blocks with boxes. Without a prompt the answer is Markdown.
const groundingPrompt = "grounding"

// Longest answers, in tokens: for LightOnOCR-2 from the model card, and more for the boxes.
const (
	maxTokens         = 4096
	maxGroundedTokens = 8192
)

// sampling is from the model cards. Greedy decoding loops, so the seed is what makes a page read the same way
// each time.
func sampling(variant string) model.Sampling {
	if grounds(variant) {
		return model.Sampling{Temperature: 0.1, Seed: 1}
	}
	return model.Sampling{Temperature: 0.2, TopP: 0.9, Seed: 1}
}

// How the processors see an image: Pixtral's, with patches of 14 pixels merged 2x2, scales it down to a
// longest side of 1540; Qwen3.5's, with patches of 16 merged 2x2, takes it unchanged, and was trained on
// 2048.
var (
	pixtral = model.Image{TokenSide: 28, MaxTokens: (1540 / 28) * (1540 / 28), LongestSide: 1540, MaxAspect: 180}
	qwen    = model.Image{TokenSide: 32, MaxTokens: (2048 / 32) * (2048 / 32), LongestSide: 2048, MaxAspect: 180}
)

func imageOf(variant string) model.Image {
	switch variant {
	case variant1, variant2, variant31:
		return pixtral
	}
	return qwen
}

// loop is the rule of GLM-OCR's tables: a page can contain blank forms.
var loop = model.Loop{Copies: 10, Run: 6144, Least: 2048}

// controlTokens are those of Qwen's and Mistral's tokenizers: <|im_end|>, </think>, [IMG].
var controlTokens = regexp.MustCompile(`<[^<>\s]{1,64}>|\[/?[A-Z_]{2,24}\]`)

// Request asks about a page or an image as a whole: any other instructions are outside the model's training.
func (Profile) Request(ask model.Ask) (model.Request, error) {
	if ask.Question != nil || ask.Region.Type == document.RegionTable || ask.Region.Type == document.RegionFormula {
		return model.Request{}, document.Problemf(document.CodeTaskUnsupported, document.PhaseRecognize,
			"LightOnOCR reads whole pages: ask for task %s or %s", document.TaskText, document.TaskDocument)
	}
	box := ask.Region.BBox
	q := model.Request{
		MaxTokens: maxTokens, Sampling: sampling(ask.Variant), Image: imageOf(ask.Variant), Loop: loop, NoThinking: true,
		Read: func(text string) document.Recognition { return recognition(text, blocks(text, box)) },
	}
	switch {
	case ask.Prompt != "":
		q.Prompt = model.Escape(controlTokens, ask.Prompt)
	case ask.Layout && grounds(ask.Variant):
		q.Prompt, q.MaxTokens = groundingPrompt, maxGroundedTokens
		q.Read = func(text string) document.Recognition { return recognition(text, grounded(text, box)) }
	}
	return q, nil
}

func recognition(text string, regions []document.Region) document.Recognition {
	return document.Recognition{Content: text, Format: document.FormatMarkdown, Regions: regions}
}
