package deployment

import "strings"

// Served is how vLLM serves one kind of model, and what the gateway then needs.
type Served struct {
	Part string   // of the names on the hub, in lower case
	Name string   // that vLLM serves it by; the gateway's vllm.profile is the same
	Args []string // of vllm serve, beside those that all models have
	MTP  bool     // has a draft head
	// Pages says that the model reads whole pages, without the layout sidecar.
	Pages bool
}

// kinds are the models that the gateway has profiles for, the default first. Sources: the
// model card of GLM-OCR; vllm-project/recipes, PaddlePaddle/PaddleOCR-VL.md, and PaddleX,
// genai/configs (max-model-len); lightonai/LightOnOCR, README.md.
var kinds = []Served{
	// 6144 tokens of the largest image and 8192 of the longest answer fit.
	{Part: "glm-ocr", Name: "glm-ocr", MTP: true, Args: []string{"--max-model-len", "16384"}},
	{Part: "paddleocr-vl", Name: "paddleocr-vl", Args: []string{
		"--max-model-len", "16384", "--trust-remote-code", "--max-num-batched-tokens", "16384",
		"--limit-mm-per-prompt", `{"image":1}`, "--no-enable-prefix-caching", "--mm-processor-cache-gb", "0",
	}},
	{Part: "lightonocr", Name: "lightonocr", Pages: true, Args: []string{
		"--max-model-len", "16384", "--limit-mm-per-prompt", `{"image":1}`, "--no-enable-prefix-caching", "--mm-processor-cache-gb", "0",
	}},
}

// SidecarModel is the model of the layout sidecar; empty without one.
func (o Options) SidecarModel() string {
	if o.Served().Pages {
		return ""
	}
	return o.LayoutModel
}

// Served is how the model is served. One that is none of the kinds is taken for a relative of
// the first.
func (o Options) Served() Served {
	for _, k := range kinds {
		if strings.Contains(strings.ToLower(o.Model), k.Part) {
			return k
		}
	}
	return kinds[0]
}
