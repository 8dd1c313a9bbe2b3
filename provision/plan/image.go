package plan

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	cudaTag    = regexp.MustCompile(`cu(\d\d)(\d)\b`)
	versionTag = regexp.MustCompile(`^v?(\d+)\.(\d+)`)
)

// MinCUDA derives the least CUDA version that a host's driver must have from an
// image's tag. Tags of vllm/vllm-openai say it ("-cu129"), or mean 13.0 from
// v0.20 on and 12.9 before. "" where the tag says nothing.
func MinCUDA(image string) string {
	image, _, _ = strings.Cut(image, "@")
	name, tag, _ := strings.Cut(image, ":")
	if m := cudaTag.FindStringSubmatch(tag); m != nil {
		return m[1] + "." + m[2]
	}
	m := versionTag.FindStringSubmatch(tag)
	if m == nil || !strings.HasSuffix(name, "vllm/vllm-openai") {
		return ""
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	if major > 0 || minor >= 20 {
		return "13.0"
	}
	return "12.9"
}

// MinDriver is the least NVIDIA driver for a CUDA version, from NVIDIA's
// release notes of the toolkit; "" where it is not known here.
func MinDriver(cuda string) string {
	return map[string]string{"12.8": "570.26", "12.9": "575.51", "13.0": "580.65"}[cuda]
}

// leadingNumbers is the part of a version that counts here: "5.3.0" of "5.3.0.dev0+g1a2b".
var leadingNumbers = regexp.MustCompile(`\d+(\.\d+)*`)

// AtLeast reports whether a dotted version is another or newer. What is no version is not.
func AtLeast(version, least string) bool {
	have := strings.Split(leadingNumbers.FindString(version), ".")
	for i, want := range strings.Split(least, ".") {
		var h int
		if i < len(have) {
			h, _ = strconv.Atoi(have[i])
		}
		if w, _ := strconv.Atoi(want); h != w {
			return h > w
		}
	}
	return true
}
