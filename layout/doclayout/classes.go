package doclayout

import "ocr-gateway/document"

// classID is a class of PP-DocLayoutV3. The names in the checkpoint's own
// configuration merge several of them; these are the training's.
type classID int

// The classes that have rules of their own.
const (
	classChart     classID = 3
	classImage     classID = 14
	classReference classID = 18 // a whole list of references
	classSeal      classID = 20
)

// classes maps each class to the terms of package document. What the reference
// abandons (headers, footers, page numbers, text in the margin, footnotes) keeps a
// type of its own, and whoever writes the page decides.
var classes = [...]struct {
	label string
	kind  document.RegionType
	level int // of titles
}{
	0:  {label: "abstract", kind: document.RegionText},
	1:  {label: "algorithm", kind: document.RegionText},
	2:  {label: "aside_text", kind: document.RegionHeader}, // stands outside the text, like a running title
	3:  {label: "chart", kind: document.RegionImage},
	4:  {label: "content", kind: document.RegionText}, // table of contents
	5:  {label: "display_formula", kind: document.RegionFormula},
	6:  {label: "doc_title", kind: document.RegionTitle, level: 1},
	7:  {label: "figure_title", kind: document.RegionCaption},
	8:  {label: "footer", kind: document.RegionFooter},
	9:  {label: "footer_image", kind: document.RegionFooter},
	10: {label: "footnote", kind: document.RegionFootnote},
	11: {label: "formula_number", kind: document.RegionText},
	12: {label: "header", kind: document.RegionHeader},
	13: {label: "header_image", kind: document.RegionHeader},
	14: {label: "image", kind: document.RegionImage},
	15: {label: "inline_formula", kind: document.RegionFormula},
	16: {label: "number", kind: document.RegionPageNumber},
	17: {label: "paragraph_title", kind: document.RegionTitle, level: 2},
	18: {label: "reference", kind: document.RegionReference},
	19: {label: "reference_content", kind: document.RegionReference},
	20: {label: "seal", kind: document.RegionText},
	21: {label: "table", kind: document.RegionTable},
	22: {label: "text", kind: document.RegionText},
	23: {label: "vertical_text", kind: document.RegionText},
	24: {label: "vision_footnote", kind: document.RegionFootnote}, // under a figure or table
}

// valid reports whether the model has such a class.
func (c classID) valid() bool { return c >= 0 && int(c) < len(classes) }

// isImage reports whether the class is an image, which is never dropped because of what
// lies around it.
func (c classID) isImage() bool { return c == classImage || c == classSeal || c == classChart }

// classNamed finds a class by its label.
func classNamed(label string) (classID, bool) {
	for id, class := range classes {
		if class.label == label {
			return classID(id), true
		}
	}
	return 0, false
}
