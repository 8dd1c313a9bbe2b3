package mistral

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/service"
)

// answer is what was read.
type answer struct {
	Pages []page `json:"pages"`
	Model string `json:"model"`
	Usage usage  `json:"usage_info"`
}

type usage struct {
	Pages int   `json:"pages_processed"`
	Bytes int64 `json:"doc_size_bytes"`
}

type page struct {
	Index      int         `json:"index"` // from 0
	Markdown   string      `json:"markdown"`
	Images     []picture   `json:"images"`
	Tables     []table     `json:"tables"`
	Links      []string    `json:"hyperlinks"`
	Header     *string     `json:"header"`
	Footer     *string     `json:"footer"`
	Size       *dimensions `json:"dimensions"` // null where the page could not be drawn
	Confidence *confidence `json:"confidence_scores,omitempty"`
	Blocks     []block     `json:"blocks,omitempty"`
}

type dimensions struct {
	DPI    int `json:"dpi"` // 0 where it is not known
	Height int `json:"height"`
	Width  int `json:"width"`
}

// corners are the corners of a box, in pixels.
type corners struct {
	Left   int `json:"top_left_x"`
	Top    int `json:"top_left_y"`
	Right  int `json:"bottom_right_x"`
	Bottom int `json:"bottom_right_y"`
}

type picture struct {
	ID string `json:"id"` // as the Markdown names it
	corners
	Content *string `json:"image_base64"` // a data: URL
	Note    *string `json:"image_annotation"`
}

type table struct {
	ID      string `json:"id"` // as the Markdown names it
	Content string `json:"content"`
	Format  string `json:"format"`
}

type confidence struct {
	Average float64 `json:"average_page_confidence_score"`
	Least   float64 `json:"minimum_page_confidence_score"`
}

type block struct {
	Type string `json:"type"`
	corners
	Content string `json:"content"`
	Image   string `json:"image_id,omitempty"`
}

func (f *files) ocr(c *doors.Call) error {
	var asked request
	sent, err := c.JSON(&asked, "document_url", "image_url", "url")
	if err != nil {
		return err
	}
	defer sent.Close()
	src, done, err := f.source(c, &asked, sent)
	if err != nil {
		return err
	}
	defer done()
	values, err := asked.options()
	if err != nil {
		return err
	}
	read, err := c.Read(src, values)
	if err != nil {
		return err
	}
	res := read.Result
	out := answer{Pages: []page{}, Model: cmp.Or(res.Model, res.Engine), Usage: usage{res.Usage.Pages, src.Size}}
	for _, p := range res.Pages {
		out.Pages = append(out.Pages, pageOf(p, &asked))
	}
	return c.Send(http.StatusOK, out)
}

func pageOf(p document.PageResult, asked *request) page {
	out := page{
		Index: p.Number - 1, Markdown: service.Markdown(p), Images: picturesOf(p, asked), Tables: []table{}, Links: []string{},
	}
	if p.Width > 0 {
		out.Size = &dimensions{int(math.Round(p.DPI)), p.Height, p.Width}
	}
	if asked.TableFormat == string(document.TableHTML) {
		out.takeTables(p)
	}
	if asked.splitsHeaders() {
		out.Header, out.Footer = marginal(p, document.RegionHeader), marginal(p, document.RegionFooter)
	}
	if asked.Confidence != "" {
		out.Confidence = confidenceOf(p)
	}
	if asked.Blocks {
		out.Blocks = blocksOf(p)
	}
	return out
}

// picturesOf returns the pictures of a page, with their content where it was asked for.
func picturesOf(p document.PageResult, asked *request) []picture {
	all := []picture{}
	for _, r := range p.Regions {
		if r.Type != document.RegionImage || min(r.BBox[2]-r.BBox[0], r.BBox[3]-r.BBox[1]) < asked.ImageMinSize {
			continue
		}
		if asked.ImageLimit != nil && len(all) >= *asked.ImageLimit {
			break
		}
		pic := picture{ID: cmp.Or(r.Image, r.ID), corners: cornersOf(r.BBox)}
		if b, ok := p.Images[r.Image]; ok {
			content := doors.DataURL(b)
			pic.Content = &content
		}
		all = append(all, pic)
	}
	return all
}

// takeTables moves the tables out of the Markdown and leaves their names there.
func (out *page) takeTables(p document.PageResult) {
	for _, r := range p.Regions {
		content := strings.TrimSpace(r.Content)
		if r.Format != document.FormatHTML || !strings.Contains(out.Markdown, content) {
			continue
		}
		id := fmt.Sprintf("tbl-%d.html", len(out.Tables))
		out.Markdown = strings.Replace(out.Markdown, content, "["+id+"]("+id+")", 1)
		out.Tables = append(out.Tables, table{id, content, "html"})
	}
}

// marginal returns the text of all regions of a type; nil where there is none.
func marginal(p document.PageResult, t document.RegionType) *string {
	var parts []string
	for _, r := range p.Regions {
		if r.Type == t && r.Content != "" {
			parts = append(parts, r.Content)
		}
	}
	if parts == nil {
		return nil
	}
	text := strings.Join(parts, "\n")
	return &text
}

// confidenceOf returns the confidence of a page's text, weighted by length; nil where none was
// measured.
func confidenceOf(p document.PageResult) *confidence {
	sum, weight, least := 0.0, 0.0, 1.0
	for _, r := range p.Regions {
		if r.Confidence != nil && r.Content != "" {
			w := float64(len(r.Content))
			sum, weight, least = sum+w**r.Confidence, weight+w, min(least, *r.Confidence)
		}
	}
	if weight == 0 {
		return nil
	}
	return &confidence{sum / weight, least}
}

// blockTypes are Mistral's names of types, where they differ from ours.
var blockTypes = map[document.RegionType]string{
	document.RegionFormula: "equation", document.RegionPageNumber: "footer", document.RegionFootnote: "aside_text", document.RegionReference: "references",
}

func blocksOf(p document.PageResult) []block {
	blocks := []block{}
	for _, r := range p.Regions {
		b := block{Type: cmp.Or(blockTypes[r.Type], string(r.Type)), corners: cornersOf(r.BBox), Content: r.Content}
		if r.Type == document.RegionImage {
			b.Image = cmp.Or(r.Image, r.ID)
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func cornersOf(b document.BBox) corners { return corners{b[0], b[1], b[2], b[3]} }
