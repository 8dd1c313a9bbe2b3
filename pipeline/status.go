package pipeline

import (
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

func firstError(regions []document.Region) *document.Problem {
	for _, region := range regions {
		if region.Status == document.StatusFailed {
			return region.Error
		}
	}
	return nil
}
