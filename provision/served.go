package provision

import "strings"

// served is how vLLM serves one kind of model, and what the gateway then needs.
type served struct {
	part string   // of the names on the hub, in lower case
	name string   // that vLLM serves it by; the gateway's vllm.profile is the same
	args []string // of vllm serve, beside those that all models have
	mtp  bool     // has a draft head
	// pages says that the model reads whole pages, without the layout sidecar.
	pages bool
}

// kinds are the models that the gateway has profiles for, the default first. Sources: the
// model card of GLM-OCR; vllm-project/recipes, PaddlePaddle/PaddleOCR-VL.md, and PaddleX,
// genai/configs (max-model-len); lightonai/LightOnOCR, README.md.
var kinds = []served{
	// 6144 tokens of the largest image and 8192 of the longest answer fit.
	{part: "glm-ocr", name: "glm-ocr", mtp: true, args: []string{"--max-model-len", "16384"}},
	{part: "paddleocr-vl", name: "paddleocr-vl", args: []string{
		"--max-model-len", "16384", "--trust-remote-code", "--max-num-batched-tokens", "16384",
		"--limit-mm-per-prompt", `{"image":1}`, "--no-enable-prefix-caching", "--mm-processor-cache-gb", "0",
	}},
	{part: "lightonocr", name: "lightonocr", pages: true, args: []string{
		"--max-model-len", "16384", "--limit-mm-per-prompt", `{"image":1}`, "--no-enable-prefix-caching", "--mm-processor-cache-gb", "0",
	}},
}

// layoutModel is the model of the layout sidecar; empty without one.
func (o Options) layoutModel() string {
	if o.served().pages {
		return ""
	}
	return o.LayoutModel
}

// served is how the model is served. One that is none of the kinds is taken for a relative of
// the first.
func (o Options) served() served {
	for _, k := range kinds {
		if strings.Contains(strings.ToLower(o.Model), k.part) {
			return k
		}
	}
	return kinds[0]
}
