package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage"
)

const (
	// The JPEG encoder as `make models` takes it: the line of models.lock and the
	// file's name in the models folder.
	encoderPin  = "turbojpeg==0.0.2 --hash=sha256:a28b13ad31e20392ce58133194a8ee62d49362bf7107023d47562e981a11d18a"
	encoderFile = "libturbojpeg.so.0.3.0"
)

// Exit codes of scripts/deps.sh.
const exitLayout = 15

var depsFaults = map[int]string{
	11: "system packages could not be installed",
	12: "the Python environment could not be made",
	13: "vLLM could not be installed",
	14: "transformers could not be installed",
}

// installed is met when the host has vLLM, transformers and, unless it is
// left out, what the layout sidecar imports.
func (s *Setup) installed(ctx context.Context) error {
	found, err := s.deps(ctx, "check")
	if err != nil {
		return err
	}
	vllm, transformers := first(found, "vllm"), first(found, "transformers")
	s.site, s.vllmVersion = first(found, "site"), vllm
	switch {
	case s.site == "":
		return stage.WaitFor("the host has no Python environment yet")
	case !plan.AtLeast(vllm, plan.MinVLLM):
		return stage.WaitFor("vLLM is %s, %s is needed", cmp.Or(vllm, "missing"), plan.MinVLLM)
	case !s.d.Options.FromSource && !plan.AtLeast(transformers, plan.MinTransformers):
		return stage.WaitFor("transformers is %s, %s is needed", cmp.Or(transformers, "missing"), plan.MinTransformers)
	case s.d.Options.FromSource && !strings.Contains(first(found, "transformers_from"), "huggingface/transformers"):
		return stage.WaitFor("transformers is not from its repository yet")
	case first(found, "hf") == "":
		return stage.WaitFor("the command hf is missing")
	case first(found, "encoder") != "ok" && !s.encoder:
		return stage.WaitFor("the JPEG encoder is missing")
	case s.d.UsesLayout() && first(found, "layout") != "ok":
		return stage.WaitFor("the layout sidecar cannot import its packages: %s", first(found, "layout"))
	}
	return nil
}

// install brings what is missing. That the layout sidecar's part fails costs
// the layout only, that of the JPEG encoder costs processor time.
func (s *Setup) install(ctx context.Context) error {
	s.encoder = true
	var found map[string][]string
	// pip unpacks beside the environment before it installs.
	folders := Quote(s.d.Options.Dir+"/python") + ` "${TMPDIR:-/tmp}"/pip-*`
	err := s.withProgress(ctx, "packages", 0, folders, func(ctx context.Context) (err error) {
		found, err = s.deps(ctx, "install")
		return err
	})
	for _, warning := range found["warning"] {
		s.Progress.Warn(warning)
	}
	var exit *ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if exit.Code == exitLayout {
		return s.dropLayout("its packages could not be installed: " + lastLine(exit.Tail))
	}
	if fault, known := depsFaults[exit.Code]; known {
		return fmt.Errorf("%s: %w", fault, err)
	}
	return err
}

func (s *Setup) deps(ctx context.Context, task string) (map[string][]string, error) {
	output, err := s.capture(ctx, "packages.log", s.script(depsScript, map[string]string{
		"task": task, "layout": flag(s.d.UsesLayout()), "from_source": flag(s.d.Options.FromSource),
		"vllm_least": plan.MinVLLM, "vllm_pin": plan.VllmPin,
		"transformers_least": plan.MinTransformers, "transformers_pin": plan.TransformersPin,
		"encoder_pin": encoderPin, "encoder_file": encoderFile,
	}))
	return pairs(output), err
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
