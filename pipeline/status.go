package pipeline

import (
	"strings"

	"ocr-gateway/document"
)

// setStatus sets a page's status from its regions. A page without text is
// complete; a page of which every readable region failed is failed.
func setStatus(page *document.PageResult) {
	var failed, truncated, readable int
	for _, region := range page.Regions {
		switch region.Status {
		case document.StatusFailed:
			failed++
			readable++
		case document.StatusTruncated:
			truncated++
			readable++
		case document.StatusOK:
			readable++
		}
	}
	switch {
	case failed > 0 && failed == readable:
		page.Status = document.StatusFailed
		page.Error = firstError(page.Regions)
	case failed+truncated > 0:
		page.Status = document.StatusPartial
	default:
		page.Status = document.StatusOK
	}
}

// noteFaults records what of a page could not be drawn. That is not part of what was read and kept
// in the cache. A page on which nothing could be read has failed.
func noteFaults(page *document.PageResult, faults []string) {
	if page == nil || len(faults) == 0 || page.Status == document.StatusFailed {
		return
	}
	page.Status = document.StatusFailed
	for _, region := range page.Regions {
		if region.Content != "" || region.MergedInto != "" {
			page.Status = document.StatusPartial
		}
	}
	page.Error = document.Problemf(document.CodePageIncomplete, document.PhaseRaster,
		"page %d is not whole in the document: %s", page.Number, strings.Join(faults, "; "))
}

func firstError(regions []document.Region) *document.Problem {
	for _, region := range regions {
		if region.Status == document.StatusFailed {
			return region.Error
		}
	}
	return nil
}
