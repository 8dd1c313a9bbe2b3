package server

import (
	"slices"
	"strings"

	"ocr-gateway/document"
)

// collector gathers the pages of a running document, which come in any order.
type collector struct {
	pages []document.PageResult
}

// add is an emit function.
func (c *collector) add(e document.Event) {
	if e.Page != nil {
		c.pages = append(c.pages, *e.Page)
	}
}

// complete puts the pages into r in their order and joins their text.
func (c *collector) complete(r *document.Result) {
	slices.SortFunc(c.pages, func(a, b document.PageResult) int { return a.Number - b.Number })
	r.Pages = c.pages
	if r.Pages == nil {
		r.Pages = []document.PageResult{}
	}
	r.Markdown = join(r.Pages, func(p document.PageResult) string { return p.Markdown })
	r.Text = join(r.Pages, func(p document.PageResult) string { return p.Text })
}

// join separates what the pages say by blank lines and leaves silent pages out.
func join(pages []document.PageResult, of func(document.PageResult) string) string {
	var parts []string
	for _, p := range pages {
		if s := strings.TrimSpace(of(p)); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n\n")
}

// verdict is the failure of a document of which nothing could be read, nil
// otherwise. Whose fault it was decides the status: pages that could not even
// be rendered are the input's, everything later is ours.
func verdict(r *document.Result) *failure {
	if r.Status != document.StatusFailed {
		return nil
	}
	var details []detail
	raster, retryable := true, false
	var common document.Code
	for _, p := range r.Pages {
		if p.Error == nil {
			continue
		}
		details = append(details, detail{Page: p.Number, Code: p.Error.Code, Detail: p.Error.Detail})
		raster = raster && p.Error.Phase == document.PhaseRaster
		retryable = retryable || p.Error.Retryable
		switch common {
		case "", p.Error.Code:
			common = p.Error.Code
		default:
			common = "several"
		}
	}
	p := document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize, "no page of the document could be read")
	if r.Error != nil {
		clone := *r.Error
		p = &clone
	}
	if len(details) > 0 {
		p.Retryable = p.Retryable || retryable
		switch status := statuses[common].status; {
		case status >= 400 && status < 500:
			p.Code, p.Phase = common, ""
		case raster:
			p.Code, p.Phase, p.Retryable = document.CodeUnreadable, document.PhaseRaster, false
		}
		if len(details) == 1 {
			p.Detail = details[0].Detail
		}
	}
	return &failure{Problem: p, details: details}
}
