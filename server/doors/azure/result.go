package azure

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

// analysis is what was read.
type analysis struct {
	APIVersion string      `json:"apiVersion"`
	Model      string      `json:"modelId"`
	Unit       unit        `json:"stringIndexType"`
	Format     string      `json:"contentFormat"`
	Content    string      `json:"content"`
	Pages      []pageInfo  `json:"pages"`
	Paragraphs []paragraph `json:"paragraphs"`
	Tables     []tableInfo `json:"tables,omitempty"`  // of prebuilt-layout
	Figures    []figure    `json:"figures,omitempty"` // of prebuilt-layout
	Styles     []string    `json:"styles"`            // none are reported
	Warnings   []warning   `json:"warnings,omitempty"`
}

type pageInfo struct {
	Number int        `json:"pageNumber"`
	Angle  float64    `json:"angle"` // degrees by which the text is turned clockwise
	Width  float64    `json:"width"`
	Height float64    `json:"height"`
	Unit   string     `json:"unit"` // inch for PDFs, pixel for images
	Words  []wordInfo `json:"words"`
	Lines  []lineInfo `json:"lines"`
	Spans  []span     `json:"spans"`
}

type wordInfo struct {
	Content    string   `json:"content"`
	Polygon    polygon  `json:"polygon"`
	Confidence *float64 `json:"confidence,omitempty"` // where it was measured
	Span       span     `json:"span"`
}

type lineInfo struct {
	Content string  `json:"content"`
	Polygon polygon `json:"polygon"`
	Spans   []span  `json:"spans"`
}

// place is where something stands.
type place struct {
	Page    int     `json:"pageNumber"`
	Polygon polygon `json:"polygon"`
}

type paragraph struct {
	Role    string  `json:"role,omitempty"` // of prebuilt-layout
	Content string  `json:"content"`
	Places  []place `json:"boundingRegions"`
	Spans   []span  `json:"spans"`
}

type tableInfo struct {
	Rows    int     `json:"rowCount"`
	Columns int     `json:"columnCount"`
	Cells   []cell  `json:"cells"`
	Places  []place `json:"boundingRegions"`
	Spans   []span  `json:"spans"`
}

type cell struct {
	Kind       string  `json:"kind"` // content or columnHeader
	Row        int     `json:"rowIndex"`
	Column     int     `json:"columnIndex"`
	RowSpan    int     `json:"rowSpan,omitempty"`
	ColumnSpan int     `json:"columnSpan,omitempty"`
	Content    string  `json:"content"`
	Places     []place `json:"boundingRegions"`
	Spans      []span  `json:"spans"`
}

type figure struct {
	ID     string  `json:"id"` // page.number
	Places []place `json:"boundingRegions"`
	Spans  []span  `json:"spans"`
}

// warning is something that could not be read.
type warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target"`
}

// writer writes a result.
type writer struct {
	analysis
	ruler ruler
	plane plane // of the page at hand
}

// analyzed writes a document in the form of Azure's models.
func analyzed(read service.Reading, model string, u unit, asMarkdown bool) *analysis {
	pages := make([]*page, len(read.Result.Pages))
	for i := range pages {
		pages[i] = pageOf(&read.Result.Pages[i])
	}
	w := writer{analysis: analysis{APIVersion: apiVersion, Model: model, Unit: u, Pages: []pageInfo{}, Paragraphs: []paragraph{}, Styles: []string{}}}
	if asMarkdown {
		w.Format, w.Content = "markdown", markdown(pages)
	} else {
		w.Format, w.Content = "text", plain(pages)
	}
	w.ruler = newRuler(w.Content, u)
	pdf := isPDF(read.Source)
	for _, p := range pages {
		w.plane = planeOf(p.PageResult, pdf)
		w.page(p)
		if model == modelLayout {
			w.layout(p)
		}
	}
	for _, f := range service.Faults(read.Result) {
		w.Warnings = append(w.Warnings, warning{string(f.Problem.Code), f.String(), fmt.Sprintf("pages/%d", f.Page)})
	}
	return &w.analysis
}

// isPDF reports whether a document is a PDF: its header may come after other bytes.
func isPDF(src *document.Source) bool {
	head := make([]byte, 1024)
	n, _ := io.ReadFull(src.Reader(), head)
	return bytes.Contains(head[:n], []byte("%PDF-"))
}

// page writes the words, lines and paragraphs of a page.
func (w *writer) page(p *page) {
	out := pageInfo{
		Number: p.Number, Angle: angles[p.Rotation], Width: w.plane.width, Height: w.plane.height, Unit: w.plane.unit,
		Words: []wordInfo{}, Lines: []lineInfo{}, Spans: []span{w.ruler.span(p.part)},
	}
	for _, b := range p.blocks {
		for _, line := range b.lines {
			for _, one := range line {
				out.Words = append(out.Words, wordInfo{one.Text, w.plane.polygon(one.BBox, one.Rotation), one.Confidence, w.ruler.span(one.part)})
			}
			text, box := textOf(line), boxOf(line)
			out.Lines = append(out.Lines, lineInfo{text, w.plane.polygon(box, line[0].Rotation), []span{w.ruler.span(partOf(line))}})
		}
		if para := w.paragraph(p.Number, b); para.Content != "" {
			w.Paragraphs = append(w.Paragraphs, para)
		}
	}
	w.Pages = append(w.Pages, out)
}

func (w *writer) paragraph(page int, b *block) paragraph {
	out := paragraph{Places: []place{}, Spans: []span{}}
	all := b.words()
	if len(all) == 0 {
		return out
	}
	if w.Model == modelLayout {
		out.Role = roleOf(b.region)
	}
	out.Content = b.text()
	out.Places = append(out.Places, place{page, w.plane.polygon(boxOf(all), 0)})
	out.Spans = append(out.Spans, w.ruler.span(partOf(all)))
	return out
}

// roles are Azure's names for regions that are not ordinary paragraphs.
var roles = map[document.RegionType]string{
	document.RegionHeader: "pageHeader", document.RegionFooter: "pageFooter", document.RegionPageNumber: "pageNumber",
	document.RegionFootnote: "footnote", document.RegionFormula: "formulaBlock",
}

func roleOf(r *document.Region) string {
	switch {
	case r.Type != document.RegionTitle:
		return roles[r.Type]
	case r.Level <= 1:
		return "title"
	}
	return "sectionHeading"
}

// layout writes the tables and figures of a page.
func (w *writer) layout(p *page) {
	for _, t := range p.tables {
		out := tableInfo{Rows: t.rows, Columns: t.cols, Cells: []cell{}, Spans: []span{}, Places: []place{{p.Number, w.plane.polygon(t.region.BBox, 0)}}}
		var all []word
		for i, c := range t.cells {
			para := w.paragraph(p.Number, t.blocks[i])
			one := cell{Kind: "content", Row: c.Row, Column: c.Col, Content: para.Content, Places: para.Places, Spans: para.Spans}
			if c.Header {
				one.Kind = "columnHeader"
			}
			if c.RowSpan > 1 || c.ColSpan > 1 {
				one.RowSpan, one.ColumnSpan = c.RowSpan, c.ColSpan
			}
			out.Cells = append(out.Cells, one)
			all = append(all, t.blocks[i].words()...)
		}
		if len(all) > 0 {
			out.Spans = append(out.Spans, w.ruler.span(partOf(all)))
		}
		w.Tables = append(w.Tables, out)
	}
	n := 0
	for _, r := range p.Regions {
		if r.Type == document.RegionImage {
			n++
			w.Figures = append(w.Figures, figure{fmt.Sprintf("%d.%d", p.Number, n), []place{{p.Number, w.plane.polygon(r.BBox, 0)}}, []span{}})
		}
	}
}

// round keeps four decimal places: in inches, less than a hundredth of a point.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }
