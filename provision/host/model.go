package host

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage"
)

// downloaded is met when every file of the models is on the volume with the
// size that it had after its download.
func (s *Setup) downloaded(ctx context.Context) error {
	var out bytes.Buffer
	if err := s.onHost(ctx, s.modelScript("check"), &out); err != nil {
		return err
	}
	if missing := pairs(out.String())["missing"]; len(missing) > 0 {
		return stage.WaitFor("not on the host yet: %s", strings.Join(missing, ", "))
	}
	return nil
}

// download brings the models. That the layout model fails costs the layout only.
func (s *Setup) download(ctx context.Context) error {
	var output string
	err := s.withProgress(ctx, "models", s.modelsSize(), Quote(s.d.Options.Dir+"/hf/hub"), func(ctx context.Context) (err error) {
		output, err = s.capture(ctx, "download.log", s.modelScript("download"))
		return err
	})
	if err != nil {
		return err
	}
	failed := pairs(output)["failed"]
	if slices.Contains(failed, s.d.Options.Model) {
		return fmt.Errorf("the download of %s failed: %s; try again, or name another --model", s.d.Options.Model, s.whyNoDownload(output, s.d.Options.Model))
	}
	if len(failed) > 0 {
		return s.dropLayout("the download of " + failed[0] + " failed: " + s.whyNoDownload(output, failed[0]))
	}
	return nil
}

// modelsSize is what the models take in bytes, 0 where one of them is not known here.
func (s *Setup) modelsSize() int64 {
	whole, known := plan.ModelBytes[s.d.Options.Model]
	if !known {
		return 0
	}
	if s.d.UsesLayout() {
		layout, known := plan.ModelBytes[s.d.Options.LayoutModel]
		if !known {
			return 0
		}
		whole += layout
	}
	return whole
}

func (s *Setup) modelScript(task string) string {
	models := s.d.Options.Model
	if s.d.UsesLayout() {
		models += " " + s.d.Options.LayoutModel
	}
	return s.script(modelScript, map[string]string{"task": task, "models": models})
}
