package host

import (
	"slices"
	"strings"
	"testing"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

func TestEachModelIsServedItsOwnWay(t *testing.T) {
	for model, want := range map[string]struct {
		name        string
		mtp, layout bool
		arg         string
	}{
		deployment.DefaultModel:          {"glm-ocr", true, true, ""},
		"acme/tuned":                     {"glm-ocr", true, true, ""},
		"PaddlePaddle/PaddleOCR-VL-1.6":  {"paddleocr-vl", false, true, "--trust-remote-code"},
		"lightonai/LightOnOCR-2-1B-bbox": {"lightonocr", false, false, "--limit-mm-per-prompt"},
	} {
		o := deployment.DefaultOptions()
		o.Model = model
		s := Setup{d: &deployment.Deployment{Options: o, PricePerHour: 1.69}}
		command := s.vllmCommand()
		at := slices.Index(command, "--served-model-name")
		if command[2] != model || command[at+1] != want.name || slices.Contains(command, "--speculative-config") != want.mtp ||
			want.arg != "" && !slices.Contains(command, want.arg) || !slices.Contains(command, "--max-model-len") {
			t.Errorf("%s: %q", model, command)
		}
		settings := s.settings()
		if !strings.Contains(settings, "  model: "+want.name+"\n  profile: "+want.name+"\n") || strings.Contains(settings, "sidecar: \"off\"") == want.layout || !strings.Contains(settings, "prices:\n  currency: USD\n  gpu_hour: 1.69\n") {
			t.Errorf("%s:\n%s", model, settings)
		}
		steps := plan.Steps(o)
		if does := steps[slices.IndexFunc(steps, func(s plan.Step) bool { return s.Stage == "model" })].Does; strings.Contains(does, o.LayoutModel) != want.layout {
			t.Errorf("%s: %s", model, does)
		}
	}
}
