// Package pipeline turns a Source into accounted pages: raster, layout, engine,
// assemble. It streams, bounds memory and shares the models fairly between
// documents, and owns the three interfaces it calls.
package pipeline

import (
	"context"

	"ocr-gateway/document"
)

// Rasterizer opens documents and renders their pages.
type Rasterizer interface {
	// Open reads enough of src to know its pages and checks opts.Pages and
	// opts.Password against it. Errors are *document.Problem where the input is
	// at fault. src must stay open until Pages.Close has returned.
	Open(ctx context.Context, src *document.Source, opts document.Options) (*document.Pages, error)
}

// Detector finds the regions of a page in reading order.
type Detector interface {
	// Detect may turn the page upright (it then replaces Image and sets Width, Height
	// and Rotation) before it looks. It returns no regions for an empty page.
	Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error)
	Info() document.Info
}

// Recognizer reads the text of one region.
type Recognizer interface {
	// Recognize must not change page or region and is safe for concurrent use.
	Recognize(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Recognition, error)
	Info() document.Info
}
