package doclayout

import (
	"context"

	"ocr-gateway/document"
)

// WholePage is the detector that does not look at the page: each page is one
// region, of the type that the task asks for.
type WholePage struct{}

// Detect returns one region that covers the page. It never fails.
func (WholePage) Detect(_ context.Context, page *document.Page, opts document.Options) ([]document.Region, error) {
	return []document.Region{{
		Type:  wholeType(opts.Task),
		Label: "page",
		BBox:  document.BBox{0, 0, page.Width, page.Height},
	}}, nil
}

// Info returns the name of the detector.
func (WholePage) Info() document.Info { return document.Info{Name: "none"} }

func wholeType(task document.Task) document.RegionType {
	switch task {
	case document.TaskTable:
		return document.RegionTable
	case document.TaskFormula:
		return document.RegionFormula
	default:
		return document.RegionText
	}
}
