// Package paddlex is the door for PaddleX's serving of PaddleOCR-VL and PP-Structure:
// POST /layout-parsing, one document as base64 in JSON.
package paddlex

import (
	"net/http"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

// Door is PaddleX's serving.
func Door() doors.Door {
	return doors.Door{
		Name:    "paddlex",
		Routes:  []doors.Route{{Method: http.MethodPost, Path: "/layout-parsing", Answer: parse}},
		Failure: func(p problem.Body) any { return envelope{LogID: p.RequestID, Code: p.Status, Message: p.Detail} },
	}
}

// envelope wraps every answer; Code is 0 on success.
type envelope struct {
	LogID   string  `json:"logId"`
	Code    int     `json:"errorCode"`
	Message string  `json:"errorMsg"`
	Result  *result `json:"result,omitempty"`
}

type result struct {
	Pages []page `json:"layoutParsingResults"`
	Info  info   `json:"dataInfo"`
}

// request has the members that mean something here; the rest tune PaddleX's models.
type request struct {
	File    form.FileValue `json:"file"`
	LogID   string         `json:"logId"`
	Images  *bool          `json:"returnMarkdownImages"` // true when absent
	Charts  bool           `json:"useChartRecognition"`
	Layout  *bool          `json:"useLayoutDetection"`
	Exports any            `json:"outputFormats"`
}

func parse(c *doors.Call) error {
	var asked request
	sent, err := c.JSON(&asked, "file")
	if err != nil {
		return err
	}
	defer sent.Close()
	src, err := c.File(sent, "file", asked.File)
	if err != nil {
		return err
	}
	switch {
	case asked.Charts:
		return document.Invalid("useChartRecognition", "this server does not turn charts into tables")
	case asked.Exports != nil:
		return document.Invalid("outputFormats", "this server exports no other files here")
	}
	values := map[string]string{"images": string(document.ImagesRef)}
	if asked.Images != nil && !*asked.Images {
		delete(values, "images")
	}
	if asked.Layout != nil && !*asked.Layout {
		values["enable_layout"] = "false"
	}
	read, err := c.Read(src, values)
	if err != nil {
		return err
	}
	answer := envelope{LogID: asked.LogID, Message: "Success", Result: resultOf(read.Result)}
	if answer.LogID == "" {
		answer.LogID = c.ID
	}
	return c.Send(http.StatusOK, answer)
}

// page is one page's result.
type page struct {
	Pruned   pruned   `json:"prunedResult"`
	Markdown markdown `json:"markdown"`
	Images   any      `json:"outputImages"` // drawings of the layout, which are not made
	Input    any      `json:"inputImage"`
}

type pruned struct {
	PageCount int     `json:"page_count"`
	Width     int     `json:"width"`
	Height    int     `json:"height"`
	Blocks    []block `json:"parsing_res_list"`
	Error     string  `json:"error,omitempty"` // why the page could not be read
}

type block struct {
	Label   string        `json:"block_label"`
	Content string        `json:"block_content"`
	BBox    document.BBox `json:"block_bbox"`
	ID      int           `json:"block_id"`    // from 0
	Order   int           `json:"block_order"` // from 1
}

type markdown struct {
	Text   string            `json:"text"`
	Images map[string][]byte `json:"images"` // base64 by name
}

// info describes what was sent.
type info struct {
	Type  string `json:"type"`
	Count int    `json:"numPages"`
	Pages []size `json:"pages"`
}

type size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

func resultOf(res *document.Result) *result {
	r := &result{Pages: []page{}, Info: info{Type: "pdf", Count: res.Summary.Pages, Pages: []size{}}}
	for _, p := range res.Pages {
		out := page{
			Pruned:   pruned{PageCount: res.Summary.Total, Width: p.Width, Height: p.Height, Blocks: []block{}},
			Markdown: markdown{service.Markdown(p), p.Images},
		}
		if p.Error != nil {
			out.Pruned.Error = p.Error.Detail
		}
		if out.Markdown.Images == nil {
			out.Markdown.Images = map[string][]byte{}
		}
		for i, b := range p.Regions {
			out.Pruned.Blocks = append(out.Pruned.Blocks, block{label(b), b.Content, b.BBox, i, b.Order})
		}
		r.Pages = append(r.Pages, out)
		r.Info.Pages = append(r.Info.Pages, size{p.Width, p.Height})
	}
	return r
}

// label returns PaddleX's name of a block.
func label(r document.Region) string {
	switch r.Type {
	case document.RegionTitle:
		if r.Level <= 1 {
			return "doc_title"
		}
		return "paragraph_title"
	case document.RegionPageNumber:
		return "number"
	case document.RegionCaption:
		return "figure_title"
	case document.RegionCode:
		return "algorithm"
	case document.RegionList:
		return "text"
	}
	return strings.ToLower(string(r.Type))
}
