package pipeline

import (
	"slices"

	"ocr-gateway/document"
)

func isPage(r document.Region) bool { return r.Type == document.RegionPage }

// foundIn completes the parts that the engine found in a region; nil where it looked for none. The
// first part carries the cost of the reading. Where the answer was cut off the last part is
// truncated, unless that is a picture: then the missing text is a region of its own, without
// content.
func foundIn(whole *document.Region, parts []document.Region) []document.Region {
	if len(parts) == 0 {
		return nil
	}
	for i := range parts {
		p := &parts[i]
		p.Status, p.Confidence = document.StatusOK, whole.Confidence
		if p.Type == document.RegionImage {
			p.Status, p.Confidence = document.StatusSkipped, nil
		}
	}
	if whole.Status == document.StatusTruncated {
		if parts[len(parts)-1].Type == document.RegionImage {
			parts = append(parts, document.Region{Type: document.RegionText, Label: whole.Label, BBox: whole.BBox, Format: document.FormatText})
		}
		last := &parts[len(parts)-1]
		last.Status, last.Error = document.StatusTruncated, whole.Error
	}
	first := &parts[0]
	first.Attempts, first.PromptTokens, first.CompletionTokens = whole.Attempts, whole.PromptTokens, whole.CompletionTokens
	return parts
}

// replaced replaces regions by what was found in them.
func replaced(page int, regions []document.Region, found [][]document.Region) []document.Region {
	if !slices.ContainsFunc(found, func(parts []document.Region) bool { return parts != nil }) {
		return regions
	}
	var all []document.Region
	for i, parts := range found {
		if parts == nil {
			parts = regions[i : i+1]
		}
		all = append(all, parts...)
	}
	number(page, all)
	return all
}

// number gives a page's regions their order and names.
func number(page int, regions []document.Region) {
	for i := range regions {
		regions[i].Order = i + 1
		regions[i].ID = regionID(page, i)
	}
}
