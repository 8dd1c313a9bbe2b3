package format

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
)

// doclingVersion is the oldest version of the schema that has everything written here: readers reject
// versions newer than their own.
const doclingVersion = "1.3.0"

const (
	layerBody      = "body"
	layerFurniture = "furniture" // running heads, footers and page numbers
)

func encodeDocling(w io.Writer, d Document) error {
	name := d.Name
	if name == "" {
		name = "document"
	}
	out := &doclingDocument{
		Schema: "DoclingDocument", Version: doclingVersion, Name: name,
		Furniture: doclingGroup{Self: "#/furniture", Children: []doclingRef{}, Layer: layerFurniture, Name: "_root_", Label: "unspecified"},
		Body:      doclingGroup{Self: "#/body", Children: []doclingRef{}, Layer: layerBody, Name: "_root_", Label: "unspecified"},
		Groups:    []*doclingGroup{}, Texts: []doclingText{}, Pictures: []doclingPicture{}, Tables: []doclingTable{},
		KeyValueItems: []struct{}{}, FormItems: []struct{}{}, Pages: map[string]doclingPage{},
	}
	for i := range d.Pages {
		p := &d.Pages[i]
		out.Pages[fmt.Sprint(p.Number)] = doclingPage{doclingSize{p.Width, p.Height}, p.Number}
		for j := range p.Regions {
			doclingRegion{out, p, &p.Regions[j]}.write()
		}
	}
	return writeJSON(w, out)
}

// doclingLabels are the labels of regions that become a single text.
var doclingLabels = map[document.RegionType]string{
	document.RegionCaption: "caption", document.RegionHeader: "page_header", document.RegionFooter: "page_footer",
	document.RegionPageNumber: "page_footer", document.RegionFootnote: "footnote", document.RegionReference: "reference",
}

// doclingRegion is a region of a page on its way into the document.
type doclingRegion struct {
	*doclingDocument
	page   *document.PageResult
	region *document.Region
}

func (d doclingRegion) write() {
	r := d.region
	content := strings.TrimSpace(r.Content)
	switch {
	case r.Type == document.RegionImage && content == "":
		d.picture()
	case content == "":
	case r.Format == document.FormatHTML:
		for _, t := range htmltable.Read(content) {
			d.table(t)
		}
	case r.Format == document.FormatLaTeX:
		d.text(&d.Body, "formula", content)
	case r.Type == document.RegionTitle:
		d.title(strings.Join(strings.Fields(content), " "))
	case doclingLabels[r.Type] != "" && r.Format != document.FormatMarkdown:
		d.text(&d.Body, doclingLabels[r.Type], content)
	default:
		d.segments()
	}
}

// title is the title of the document, or the head of a section: of level 1 below the title.
func (d doclingRegion) title(content string) {
	if d.region.Level <= 1 && !d.begun {
		d.text(&d.Body, "title", content)
		return
	}
	d.text(&d.Body, "section_header", content).Level = max(d.region.Level-1, 1)
}

// segments adds paragraphs, code and lists.
func (d doclingRegion) segments() {
	var list *doclingGroup
	for _, s := range segments(d.region) {
		if s.kind != item {
			list = nil
		}
		switch s.kind {
		case paragraph:
			d.text(&d.Body, "text", s.text)
		case code:
			language := "unknown"
			d.text(&d.Body, "code", s.text).Language = &language
		case item:
			if list == nil {
				list = d.list()
			}
			counted := numbered.MatchString(s.marker + " ")
			text := d.text(list, "list_item", s.text)
			text.Enumerated, text.Marker = &counted, s.marker
		}
	}
}

// list adds an empty list.
func (d *doclingDocument) list() *doclingGroup {
	g := &doclingGroup{
		Self: fmt.Sprintf("#/groups/%d", len(d.Groups)), Parent: &doclingRef{d.Body.Self},
		Children: []doclingRef{}, Layer: layerBody, Name: "list", Label: "list",
	}
	d.Groups = append(d.Groups, g)
	d.Body.Children = append(d.Body.Children, doclingRef{g.Self})
	return g
}

// item makes the next item of its kind from a region, in a group.
func (d doclingRegion) item(in *doclingGroup, kind string, n int, label, text string) doclingItem {
	layer, box := layerBody, d.region.BBox
	if marginal(d.region.Type) {
		layer = layerFurniture
	} else {
		d.begun = true
	}
	i := doclingItem{
		Self: fmt.Sprintf("#/%s/%d", kind, n), Parent: doclingRef{in.Self}, Children: []doclingRef{}, Layer: layer, Label: label,
		Prov: []doclingProv{{d.page.Number, doclingBox{box[0], box[1], box[2], box[3], "TOPLEFT"}, [2]int{0, len([]rune(text))}}},
	}
	in.Children = append(in.Children, doclingRef{i.Self})
	return i
}

func (d doclingRegion) text(in *doclingGroup, label, text string) *doclingText {
	d.Texts = append(d.Texts, doclingText{doclingItem: d.item(in, "texts", len(d.Texts), label, text), Orig: text, Text: text})
	return &d.Texts[len(d.Texts)-1]
}

func (d doclingRegion) picture() {
	pic := doclingPicture{doclingItem: d.item(&d.Body, "pictures", len(d.Pictures), "picture", "")}
	if head, _, inline := strings.Cut(d.region.Image, ";base64,"); inline {
		size := d.region.BBox.Rect().Size()
		dpi := cmp.Or(int(d.page.DPI), 72)
		pic.Image = &doclingImage{strings.TrimPrefix(head, "data:"), dpi, doclingSize{size.X, size.Y}, d.region.Image}
	}
	d.Pictures = append(d.Pictures, pic)
}

// table adds a table, and the text outside its cells as texts around it.
func (d doclingRegion) table(t htmltable.Table) {
	cells, rows, cols := t.Grid()
	added := len(cells) == 0
	for _, row := range t.Rows {
		switch {
		case row.Loose != "":
			d.text(&d.Body, "text", row.Loose)
		case !added:
			added = true
			d.grid(cells, rows, cols)
		}
	}
}

func (d doclingRegion) grid(cells []htmltable.Placed, rows, cols int) {
	data := doclingData{Cells: make([]doclingCell, len(cells)), Rows: rows, Cols: cols}
	for i, c := range cells {
		data.Cells[i] = doclingCell{c.RowSpan, c.ColSpan, c.Row, c.Row + c.RowSpan, c.Col, c.Col + c.ColSpan, c.Text, c.Header}
	}
	d.Tables = append(d.Tables, doclingTable{d.item(&d.Body, "tables", len(d.Tables), "table", ""), data})
}
