package verified

import (
	"html"
	"regexp"
	"slices"

	"ocr-gateway/document"
)

// Writer makes lines the content of their region, as a model would write it.
type Writer func(region *document.Region, lines []document.LayerLine)

// Own is the page's own text, by region.
type Own struct {
	view     View
	passages []document.Passage // of the regions
	done     []bool             // the regions of which nothing is asked
	counts   document.LayerCounts
}

// prose are the types of regions whose content is the text of their lines.
var prose = []document.RegionType{
	document.RegionText, document.RegionTitle, document.RegionList, document.RegionCaption, document.RegionHeader,
	document.RegionFooter, document.RegionPageNumber, document.RegionFootnote, document.RegionReference,
}

// sure is the confidence from which on an answer teaches, where it was measured.
const sure = 0.6

// Take fills in the regions of a page that need not be asked about. It is nil where nothing is
// known of the page's text, and for pages that are read as a whole. Look must have been called.
func (t *Turn) Take(page *document.Page, regions []document.Region, write Writer) *Own {
	if t.view == nil || page.Rotation != 0 {
		return nil // it was looked at as it was drawn
	}
	boxes, some := boxesOf(page, regions)
	if !some {
		return nil
	}
	o := &Own{view: t.view, passages: t.view.Passages(boxes), done: make([]bool, len(regions))}
	t.view = nil
	for i, p := range o.passages {
		o.counts.Refuted += p.Refuted
		switch asked := !slices.Contains(prose, regions[i].Type) || !p.Clear || p.Sampled; {
		case !asked && p.Believed:
			o.counts.Verified += p.Characters
			o.done[i] = true
			write(&regions[i], p.Lines)
			regions[i].Status, regions[i].Source = document.StatusOK, document.SourcePDF
		case !asked && p.Answer != "":
			o.counts.Read += p.Characters
			o.done[i] = true
			repeat(&regions[i], p.Answer)
		default:
			o.counts.Read += p.Characters
		}
		if o.done[i] {
			o.counts.Regions++
			o.passages[i].Lines = nil
		}
	}
	return o
}

// boxesOf are those of the regions that have text of their own and an order: an empty one for others, and
// for what is the page as a whole.
func boxesOf(page *document.Page, regions []document.Region) (all []document.BBox, some bool) {
	all = make([]document.BBox, len(regions))
	for i, r := range regions {
		whole := r.BBox == document.BBox{0, 0, page.Width, page.Height}
		if !whole && (r.Type == document.RegionTable || slices.Contains(prose, r.Type)) {
			all[i], some = r.BBox, true
		}
	}
	return all, some
}

// repeat fills a region with a model's answer to an equal one.
func repeat(region *document.Region, answer string) {
	region.Content, region.Format = answer, document.FormatText
	region.Status, region.Source = document.StatusOK, document.SourceModel
}

// Settle corrects digits that a model misread in tables, and returns what the answers in regions,
// those of Take, have taught.
func (o *Own) Settle(regions []document.Region) (lessons []byte) {
	answers := make([]string, len(regions))
	for i := range regions {
		r := &regions[i]
		if o.done[i] || r.Status != document.StatusOK || r.Confidence != nil && *r.Confidence < sure {
			continue
		}
		if answers[i] = r.Content; r.Type == document.RegionTable {
			answers[i] = visible(r.Content)
			var n int
			if o.passages[i].Believed {
				r.Content, n = digitsRight(r.Content, o.passages[i].Lines)
			}
			o.counts.Digits += n
		}
	}
	return o.view.Lessons(answers)
}

// Counts is what became of the page's own text.
func (o *Own) Counts() *document.LayerCounts { return &o.counts }

var tag = regexp.MustCompile(`<[^<>]*>`)

// visible is what people see of a table.
func visible(source string) string {
	return html.UnescapeString(tag.ReplaceAllString(source, " "))
}
