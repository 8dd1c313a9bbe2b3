package assemble

import (
	"strings"

	"ocr-gateway/document"
)

// Move empties a region whose text now stands in the region into. Its box, lines
// and confidence stay where they were read.
func Move(from, into *document.Region) {
	from.Content = ""
	from.MergedInto = into.ID
}

// Flow lists the regions that make up the running text of a page. Furniture of
// the page and regions that turned out empty do not separate what stands before
// and after them; pictures and failed regions do.
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
