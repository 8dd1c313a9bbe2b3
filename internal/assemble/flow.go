package assemble

import (
	"strings"

	"ocr-gateway/document"
)

// Move empties a region whose text is now in the region into. It keeps its box, lines and confidence.
func Move(from, into *document.Region) {
	from.Content = ""
	from.MergedInto = into.ID
}

// Flow returns the regions that make up the running text of a page. Page furniture and empty regions do not
// separate the text before and after them; pictures and failed regions do.
func Flow(regions []document.Region) []*document.Region {
	var out []*document.Region
	for i := range regions {
		r := &regions[i]
		if !furniture(r) && !(r.Status == document.StatusOK && blank(r.Content)) {
			out = append(out, r)
		}
	}
	return out
}

// asideText is the label of what stands beside the text, such as a stamp up the edge of a page.
const asideText = "aside_text"

// furniture is what stands in the margins of a page.
func furniture(r *document.Region) bool {
	switch r.Type {
	case document.RegionHeader, document.RegionFooter, document.RegionPageNumber, document.RegionFootnote:
		return true
	}
	return r.Label == asideText || r.Label == "header_image" || r.Label == "footer_image"
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
