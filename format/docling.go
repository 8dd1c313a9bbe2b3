package format

import (
	"fmt"
	"io"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
)

// The parts of a DoclingDocument (docling-core, docling_core.types.doc) that are written here.
// Positions are pixels of the page, as its size is.

// doclingVersion is the oldest version of the schema with all that is written: readers take
// those that are not newer than they are.
const doclingVersion = "1.3.0"

type doclingDocument struct {
	Schema        string                 `json:"schema_name"`
	Version       string                 `json:"version"`
	Name          string                 `json:"name"`
	Furniture     doclingGroup           `json:"furniture"`
	Body          doclingGroup           `json:"body"`
	Groups        []*doclingGroup        `json:"groups"`
	Texts         []doclingText          `json:"texts"`
	Pictures      []doclingPicture       `json:"pictures"`
	Tables        []doclingTable         `json:"tables"`
	KeyValueItems []struct{}             `json:"key_value_items"`
	FormItems     []struct{}             `json:"form_items"`
	Pages         map[string]doclingPage `json:"pages"`

	begun bool // something other than margins is there
}

type doclingRef struct {
	Ref string `json:"$ref"`
}

type doclingGroup struct {
	Self     string       `json:"self_ref"`
	Parent   *doclingRef  `json:"parent,omitempty"`
	Children []doclingRef `json:"children"`
	Layer    string       `json:"content_layer"`
	Name     string       `json:"name"`
	Label    string       `json:"label"`
}

type doclingBox struct {
	L      int    `json:"l"`
	T      int    `json:"t"`
	R      int    `json:"r"`
	B      int    `json:"b"`
	Origin string `json:"coord_origin"`
}

type doclingProv struct {
	Page int        `json:"page_no"`
	Box  doclingBox `json:"bbox"`
	Span [2]int     `json:"charspan"` // of the item's text, in characters
}

// doclingItem is what all items have.
type doclingItem struct {
	Self     string        `json:"self_ref"`
	Parent   doclingRef    `json:"parent"`
	Children []doclingRef  `json:"children"`
	Layer    string        `json:"content_layer"`
	Label    string        `json:"label"`
	Prov     []doclingProv `json:"prov"`
}

type doclingText struct {
	doclingItem
	Orig       string  `json:"orig"`
	Text       string  `json:"text"`
	Level      int     `json:"level,omitempty"`         // of a section_header
	Enumerated *bool   `json:"enumerated,omitempty"`    // of a list_item
	Marker     string  `json:"marker,omitempty"`        // of a list_item
	Language   *string `json:"code_language,omitempty"` // of code
}

type doclingPicture struct {
	doclingItem
	Image *doclingImage `json:"image,omitempty"`
}

type doclingImage struct {
	MediaType string      `json:"mimetype"`
	DPI       int         `json:"dpi"`
	Size      doclingSize `json:"size"`
	URI       string      `json:"uri"`
}

type doclingTable struct {
	doclingItem
	Data doclingData `json:"data"`
}

type doclingData struct {
	Cells []doclingCell `json:"table_cells"`
	Rows  int           `json:"num_rows"`
	Cols  int           `json:"num_cols"`
}

type doclingCell struct {
	RowSpan  int    `json:"row_span"`
	ColSpan  int    `json:"col_span"`
	StartRow int    `json:"start_row_offset_idx"`
	EndRow   int    `json:"end_row_offset_idx"`
	StartCol int    `json:"start_col_offset_idx"`
	EndCol   int    `json:"end_col_offset_idx"`
	Text     string `json:"text"`
	Header   bool   `json:"column_header"`
}

type doclingSize struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type doclingPage struct {
	Size   doclingSize `json:"size"`
	Number int         `json:"page_no"`
}

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
			out.region(p, &p.Regions[j])
		}
	}
	return writeJSON(w, out)
}

// doclingLabels are the labels of regions that are one text.
var doclingLabels = map[document.RegionType]string{
	document.RegionCaption: "caption", document.RegionHeader: "page_header", document.RegionFooter: "page_footer",
	document.RegionPageNumber: "page_footer", document.RegionFootnote: "footnote", document.RegionReference: "reference",
}

func (d *doclingDocument) region(p *document.PageResult, r *document.Region) {
	content := strings.TrimSpace(r.Content)
	switch {
	case r.Type == document.RegionImage && content == "":
		d.picture(p, r)
	case content == "":
	case r.Format == document.FormatHTML:
		for _, t := range htmltable.Read(content) {
			d.table(p, r, t)
		}
	case r.Format == document.FormatLaTeX:
		d.text(p, r, &d.Body, "formula", content)
	case r.Type == document.RegionTitle:
		d.title(p, r, strings.Join(strings.Fields(content), " "))
	case doclingLabels[r.Type] != "" && r.Format != document.FormatMarkdown:
		d.text(p, r, &d.Body, doclingLabels[r.Type], content)
	default:
		d.segments(p, r)
	}
}

// title is the title of the document, or the head of a section: of level 1 below the title.
func (d *doclingDocument) title(p *document.PageResult, r *document.Region, content string) {
	if r.Level <= 1 && !d.begun {
		d.text(p, r, &d.Body, "title", content)
		return
	}
	d.text(p, r, &d.Body, "section_header", content).Level = max(r.Level-1, 1)
}

// segments adds paragraphs, code and lists.
func (d *doclingDocument) segments(p *document.PageResult, r *document.Region) {
	var list *doclingGroup
	for _, s := range segments(r) {
		if s.kind != item {
			list = nil
		}
		switch s.kind {
		case paragraph:
			d.text(p, r, &d.Body, "text", s.text)
		case code:
			language := "unknown"
			d.text(p, r, &d.Body, "code", s.text).Language = &language
		case item:
			if list == nil {
				list = d.list()
			}
			counted := numbered.MatchString(s.marker + " ")
			text := d.text(p, r, list, "list_item", s.text)
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

// item makes an item of a region, the next of its kind, in a group.
func (d *doclingDocument) item(p *document.PageResult, r *document.Region, in *doclingGroup, kind string, n int, label, text string) doclingItem {
	layer := layerBody
	if marginal(r.Type) {
		layer = layerFurniture
	} else {
		d.begun = true
	}
	i := doclingItem{
		Self: fmt.Sprintf("#/%s/%d", kind, n), Parent: doclingRef{in.Self}, Children: []doclingRef{}, Layer: layer, Label: label,
		Prov: []doclingProv{{p.Number, doclingBox{r.BBox[0], r.BBox[1], r.BBox[2], r.BBox[3], "TOPLEFT"}, [2]int{0, len([]rune(text))}}},
	}
	in.Children = append(in.Children, doclingRef{i.Self})
	return i
}

func (d *doclingDocument) text(p *document.PageResult, r *document.Region, in *doclingGroup, label, text string) *doclingText {
	d.Texts = append(d.Texts, doclingText{doclingItem: d.item(p, r, in, "texts", len(d.Texts), label, text), Orig: text, Text: text})
	return &d.Texts[len(d.Texts)-1]
}

func (d *doclingDocument) picture(p *document.PageResult, r *document.Region) {
	pic := doclingPicture{doclingItem: d.item(p, r, &d.Body, "pictures", len(d.Pictures), "picture", "")}
	if head, _, inline := strings.Cut(r.Image, ";base64,"); inline {
		size := r.BBox.Rect().Size()
		dpi := int(p.DPI)
		if dpi == 0 {
			dpi = 72
		}
		pic.Image = &doclingImage{strings.TrimPrefix(head, "data:"), dpi, doclingSize{size.X, size.Y}, r.Image}
	}
	d.Pictures = append(d.Pictures, pic)
}

// table adds a table, and what stands in none of its cells as texts around it.
func (d *doclingDocument) table(p *document.PageResult, r *document.Region, t htmltable.Table) {
	cells, rows, cols := t.Grid()
	added := len(cells) == 0
	for _, row := range t.Rows {
		switch {
		case row.Loose != "":
			d.text(p, r, &d.Body, "text", row.Loose)
		case !added:
			added = true
			d.grid(p, r, cells, rows, cols)
		}
	}
}

func (d *doclingDocument) grid(p *document.PageResult, r *document.Region, cells []htmltable.Placed, rows, cols int) {
	data := doclingData{Cells: make([]doclingCell, len(cells)), Rows: rows, Cols: cols}
	for i, c := range cells {
		data.Cells[i] = doclingCell{c.RowSpan, c.ColSpan, c.Row, c.Row + c.RowSpan, c.Col, c.Col + c.ColSpan, c.Text, c.Header}
	}
	d.Tables = append(d.Tables, doclingTable{d.item(p, r, &d.Body, "tables", len(d.Tables), "table", ""), data})
}
