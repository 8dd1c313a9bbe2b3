package lightonocr

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

// newlines converts every line ending to one character.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Assemble turns what the model read on a page into its content, in place: blocks that continue the one
// before, as in the next column, are moved into it.
func (Profile) Assemble(page *document.PageResult) {
	for i := range page.Regions {
		clean(&page.Regions[i])
	}
	assemble.JoinHyphens(page.Regions)
	joinContinued(page.Regions)
}

// joinContinued moves blocks into those that they continue.
func joinContinued(regions []document.Region) {
	byID := map[string]*document.Region{}
	parts := map[*document.Region][]string{} // of texts in several blocks
	for i := range regions {
		r := &regions[i]
		byID[r.ID] = r
		label, goesOn := strings.CutSuffix(r.Label, "+")
		r.Label = label
		if !goesOn || !continuable(r) {
			continue
		}
		if head := before(regions[:i], r.Type, byID); head != nil {
			if parts[head] == nil {
				parts[head] = []string{head.Content}
			}
			parts[head] = append(parts[head], r.Content)
			assemble.Move(r, head)
		}
	}
	for head, text := range parts {
		head.Content = strings.Join(text, " ")
	}
}

// before returns the block that one of type kind continues: the last of its type, across what may be between
// the parts of a text, or what that one continued. nil if there is none, or it was not read whole.
func before(regions []document.Region, kind document.RegionType, byID map[string]*document.Region) *document.Region {
	for i := len(regions) - 1; i >= 0; i-- {
		other := &regions[i]
		switch {
		case other.Type == kind && other.MergedInto != "":
			return byID[other.MergedInto]
		case other.Type == kind && continuable(other):
			return other
		case other.Type == kind || !between[other.Type]:
			return nil
		}
	}
	return nil
}

func continuable(r *document.Region) bool {
	return r.Status == document.StatusOK && r.Format == document.FormatText && r.Content != "" && r.Type != document.RegionTable
}

// between are the types of regions that may be between the parts of a text.
var between = map[document.RegionType]bool{
	document.RegionImage: true, document.RegionTable: true, document.RegionCaption: true, document.RegionFormula: true,
	document.RegionHeader: true, document.RegionFooter: true, document.RegionPageNumber: true, document.RegionFootnote: true,
}

// clean repairs the content of one region. A region that was not read is left alone.
func clean(r *document.Region) {
	if r.Status != document.StatusOK && r.Status != document.StatusTruncated {
		return
	}
	r.Content = strings.TrimSpace(newlines.Replace(r.Content))
	switch {
	case r.Format == document.FormatHTML:
		r.Content = assemble.CloseTable(r.Content)
	case r.Format == document.FormatText && r.Type != document.RegionCode:
		r.Content = assemble.CloseFence(assemble.OutsideFences(r.Content, assemble.SpaceFormulas))
	}
}
