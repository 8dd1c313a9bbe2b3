package app

import (
	"context"

	"ocr-gateway/document"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/layout/doclayout"
	"ocr-gateway/model/glmocr"
	"ocr-gateway/model/lightonocr"
	"ocr-gateway/model/paddleocrvl"
	"ocr-gateway/pipeline"
	"ocr-gateway/server/health"
)

// profiles are the vision models that the vllm engine can be asked for, the default first.
var profiles = []vllm.Profile{
	glmocr.Profile{},
	paddleocrvl.Profile{},
	lightonocr.Profile{},
}

// finder is the layout of pages that a vision model reads: those of models that read
// regions have them from a detector, those of models that read pages go to them whole.
type finder struct {
	engine  *vllm.Engine
	regions pipeline.Detector
	charts  bool // are read as tables, by models that can
}

// layoutByModel names the layout of pages whose regions the model finds.
const layoutByModel = "model"

// namingDetector is a detector that can fall back, and says for each page who found the
// regions.
type namingDetector interface {
	DetectNamed(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, string, error)
}

// Detect finds the regions of a page, or leaves that to the model.
func (f finder) Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error) {
	found, _, err := f.DetectNamed(ctx, page, opts)
	return found, err
}

// DetectNamed is Detect that also names whose regions they are.
func (f finder) DetectNamed(ctx context.Context, page *document.Page, opts document.Options) (found []document.Region, name string, err error) {
	traits := f.engine.Traits()
	switch naming, can := f.regions.(namingDetector); {
	case traits.Pages:
		if name = f.Info().Name; !opts.Layout {
			name = doclayout.WholePage{}.Info().Name
		}
		return []document.Region{{Type: document.RegionPage, Label: "page", BBox: document.BBox{0, 0, page.Width, page.Height}}}, name, nil
	case can:
		found, name, err = naming.DetectNamed(ctx, page, opts)
	default:
		name = f.regions.Info().Name
		found, err = f.regions.Detect(ctx, page, opts)
	}
	if f.charts && traits.Charts {
		for i := range found {
			if found[i].Label == chartLabel {
				found[i].Type = document.RegionTable
			}
		}
	}
	return found, name, err
}

// chartLabel is the layout detector's label of charts, which are pictures otherwise.
const chartLabel = "chart"

// Info names who finds the regions now.
func (f finder) Info() document.Info {
	traits := f.engine.Traits()
	switch {
	case traits.Regions:
		return document.Info{Name: layoutByModel, Model: f.engine.Info().Model}
	case traits.Pages:
		return doclayout.WholePage{}.Info()
	}
	return f.regions.Info()
}

// state is how the layout is; detector says how the detector is.
func (f finder) state(detector func() health.Component) func() health.Component {
	return func() health.Component {
		if f.engine.Traits().Pages {
			return component(f.Info(), stateReady, "")
		}
		return detector()
	}
}
