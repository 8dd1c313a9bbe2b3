package provision

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
func (r *run) downloaded(ctx context.Context) error {
	var out bytes.Buffer
	if err := r.onHost(ctx, r.modelScript("check"), &out); err != nil {
		return err
	}
	if missing := pairs(out.String())["missing"]; len(missing) > 0 {
		return stage.WaitFor("not on the host yet: %s", strings.Join(missing, ", "))
	}
	return nil
}

// download brings the models. That the layout model fails costs the layout only.
func (r *run) download(ctx context.Context) error {
	var output string
	err := r.withProgress(ctx, "models", r.modelsSize(), Quote(r.d.Options.Dir+"/hf/hub"), func(ctx context.Context) (err error) {
		output, err = r.capture(ctx, "download.log", r.modelScript("download"))
		return err
	})
	if err != nil {
		return err
	}
	failed := pairs(output)["failed"]
	if slices.Contains(failed, r.d.Options.Model) {
		return fmt.Errorf("the download of %s failed: %s; try again, or name another --model", r.d.Options.Model, r.whyNoDownload(output, r.d.Options.Model))
	}
	if len(failed) > 0 {
		return r.dropLayout("the download of " + failed[0] + " failed: " + r.whyNoDownload(output, failed[0]))
	}
	return nil
}

// modelsSize is what the models take in bytes, 0 where one of them is not known here.
func (r *run) modelsSize() int64 {
	whole, known := plan.ModelBytes[r.d.Options.Model]
	if !known {
		return 0
	}
	if r.d.UsesLayout() {
		layout, known := plan.ModelBytes[r.d.Options.LayoutModel]
		if !known {
			return 0
		}
		whole += layout
	}
	return whole
}

func (r *run) modelScript(task string) string {
	models := r.d.Options.Model
	if r.d.UsesLayout() {
		models += " " + r.d.Options.LayoutModel
	}
	return r.script(modelScript, map[string]string{"task": task, "models": models})
}
