// Package assembletest makes pages for tests of assembly, and shows what became of them.
package assembletest

import (
	"fmt"
	"strings"

	"ocr-gateway/document"
)

// Page makes a page from regions written as "kind: content".
func Page(number int, regions ...string) document.PageResult {
	p := document.PageResult{Number: number, Width: 1000, Height: 1400, Status: document.StatusOK}
	for i, s := range regions {
		kind, content, _ := strings.Cut(s, ": ")
		r := document.Region{
			ID: fmt.Sprintf("p%dr%d", number, i+1), Order: i + 1, Label: kind, Status: document.StatusOK, Type: document.RegionText,
			Format: document.FormatText, Content: content, BBox: document.BBox{100, 100 * i, 900, 100*i + 90},
		}
		switch kind {
		case "formula":
			r.Type, r.Format = document.RegionFormula, document.FormatLaTeX
		case "table":
			r.Type, r.Format = document.RegionTable, document.FormatHTML
		case "image":
			r.Type, r.Status = document.RegionImage, document.StatusSkipped
		case "title", "caption", "header", "footer", "footnote", "list":
			r.Type = document.RegionType(kind)
		case "failed":
			r.Status, r.Error = document.StatusFailed, document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "no")
		case "cut":
			r.Status = document.StatusTruncated
		}
		p.Regions = append(p.Regions, r)
	}
	return p
}

// Show writes regions one a line, and where moved ones went.
func Show(p document.PageResult) string {
	var b strings.Builder
	for _, r := range p.Regions {
		b.WriteString(r.Content)
		if r.MergedInto != "" {
			if r.Content != "" || r.Status != document.StatusOK {
				b.WriteString("BAD")
			}
			b.WriteString(r.MergedInto)
		}
		b.WriteString("|")
	}
	return b.String()
}
