package provision

import "fmt"

// Versions of vLLM whose MTP of GLM-OCR does not start: they drop the head's weights
// by their names (vllm-project/vllm, issue 49856, fixed by pull request 49869), and
// then fail in CUDA graph capture (pull request 56447). docs/provisioning.md has more.
const (
	mtpBrokenFrom  = "0.26"
	mtpBrokenUntil = "0.30" // the first that has both mended
)

// brokenMTP says that a version of vLLM is known not to start with GLM-OCR's MTP;
// "" for the others.
func brokenMTP(version string) string {
	if version == "" || !atLeast(version, mtpBrokenFrom) || atLeast(version, mtpBrokenUntil) {
		return ""
	}
	return fmt.Sprintf("vLLM %s is known not to start with GLM-OCR's MTP, %s to 0.29 are not: take --image %s", version, mtpBrokenFrom, DefaultImage)
}
