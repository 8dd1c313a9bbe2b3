package service

import (
	"fmt"
	"strings"

	"ocr-gateway/document"
)

// Markdown is a page's Markdown, or a comment that says why it could not be read: many APIs have
// no other place for that, and a page must not go missing silently.
func Markdown(p document.PageResult) string {
	if p.Status != document.StatusFailed {
		return p.Markdown
	}
	return fmt.Sprintf("<!-- page %d could not be read: %s -->", p.Number, why(p))
}

// why is the reason in a form that is safe in a comment.
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

// Faults lists the pages and regions that could not be read.
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

// Fault is a page, or a part of one, that could not be read.
type Fault struct {
	Page    int
	Problem *document.Problem
}

// String names the page and says what is wrong.
func (f Fault) String() string { return fmt.Sprintf("page %d: %s", f.Page, f.Problem.Detail) }
