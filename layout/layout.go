// Package layout splits a page into regions in reading order. Geometry does it
// from lines of text and coarse boxes that an embedded model found.
package layout

import (
	"context"

	"ocr-gateway/document"
)

// Finder finds the raw material on a page: lines of text, not yet read, and
// coarse boxes labelled text, title, figure, figure_caption, table,
// table_caption, header, footer, reference or equation. Both are in page pixels
// and in no particular order. A Finder may turn the page upright: it then
// replaces Image and sets Width, Height and Rotation. The lists and what they
// hold belong to the caller.
type Finder interface {
	Find(ctx context.Context, page *document.Page) (lines []document.Line, boxes []document.Region, err error)
}
