package service

import (
	"fmt"
	"strings"

	"ocr-gateway/document"
)

// Markdown is a page's, or where it could not be read a comment that says so: many APIs have
// no other place for it, and a page must not be missing in silence.
func Markdown(p document.PageResult) string {
	if p.Status != document.StatusFailed {
		return p.Markdown
	}
	return fmt.Sprintf("<!-- page %d could not be read: %s -->", p.Number, why(p))
}

// why is what is wrong with a page, fit to stand in a comment.
func why(p document.PageResult) string {
	if p.Error == nil {
		return "no reason was given"
	}
	return strings.ReplaceAll(p.Error.Detail, "--", "—")
}

// Whole joins the pages' Markdown, a blank line between those that have any.
func Whole(res *document.Result) string {
	var parts []string
	for _, p := range res.Pages {
		if text := strings.TrimSpace(Markdown(p)); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n")
}

// Faults lists what could not be read, a page or a region each.
func Faults(res *document.Result) (faults []Fault) {
	for _, p := range res.Pages {
		if p.Status != document.StatusOK && p.Error != nil {
			faults = append(faults, Fault{p.Number, p.Error})
		}
		for _, r := range p.Regions {
			if r.Error != nil && (r.Status == document.StatusFailed || r.Status == document.StatusTruncated) {
				faults = append(faults, Fault{p.Number, r.Error})
			}
		}
	}
	return faults
}

// Fault is something of a page that could not be read.
type Fault struct {
	Page    int
	Problem *document.Problem
}

// String names the page and says what is wrong.
func (f Fault) String() string { return fmt.Sprintf("page %d: %s", f.Page, f.Problem.Detail) }
