package plan

import (
	"fmt"

	"ocr-gateway/provision/deployment"
)

// Versions of vLLM whose MTP of GLM-OCR does not start: they drop the head's weights
// by their names (vllm-project/vllm, issue 49856, fixed by pull request 49869), and
// then fail in CUDA graph capture (pull request 56447). docs/provisioning.md has more.
const (
	mtpBrokenFrom  = "0.26"
	mtpBrokenUntil = "0.30" // the first that has both mended
)

// BrokenMTP says that a version of vLLM is known not to start with GLM-OCR's MTP;
// "" for the others.
func BrokenMTP(version string) string {
	if version == "" || !AtLeast(version, mtpBrokenFrom) || AtLeast(version, mtpBrokenUntil) {
		return ""
	}
	return fmt.Sprintf("vLLM %s is known not to start with GLM-OCR's MTP, %s to 0.29 are not: take --image %s", version, mtpBrokenFrom, deployment.DefaultImage)
}

// Versions of what GLM-OCR needs. The least are those that serve it without
// known faults; the pins are installed where a host has less.
const (
	MinVLLM         = "0.19.1"
	VllmPin         = "0.20.2"
	MinTransformers = "5.5.1"  // vLLM 0.20 excludes 5.0 to 5.5.0, and 5.3 lacks a class of the layout sidecar
	TransformersPin = "5.23.0" // as in layout/doclayout/sidecar/requirements.txt
)
