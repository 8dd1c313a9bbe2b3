// Package glmocr is the door for the server of GLM-OCR's SDK: POST /glmocr/parse, with pictures or
// documents as data: URLs in JSON. Paths on the server, which the SDK's own server opens, are
// refused.
package glmocr

import (
	"net/http"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

// Door is the server of GLM-OCR's SDK.
func Door() doors.Door {
	return doors.Door{
		Name:    "glmocr",
		Routes:  []doors.Route{{Method: http.MethodPost, Path: "/glmocr/parse", Answer: parse}},
		Failure: func(p problem.Body) any { return failure{p.Detail} },
	}
}

type failure struct {
	Error string `json:"error"`
}

// parsed is the answer. It has everything twice, under the names of the SDK and of the hosted API.
type parsed struct {
	JSON     [][]region     `json:"json_result"` // pages
	Markdown string         `json:"markdown_result"`
	Layout   [][]region     `json:"layout_details"`
	Text     string         `json:"md_results"`
	Info     info           `json:"data_info"`
	Usage    document.Usage `json:"usage"`
	Model    string         `json:"model"`
	ID       string         `json:"id"`
	Created  int64          `json:"created"` // seconds since 1970
}

type info struct {
	Pages []size `json:"pages"`
}

type size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// region is a block of a page; its box is in thousandths of the page.
type region struct {
	Index   int    `json:"index"` // from 0
	Label   string `json:"label"` // text, table, formula or image
	Native  string `json:"native_label"`
	Content string `json:"content"`
	BBox    [4]int `json:"bbox_2d"`
}

func parse(c *doors.Call) error {
	var asked struct {
		Images pictures       `json:"images"`
		File   form.FileValue `json:"file"`
	}
	sent, err := c.JSON(&asked, "images", "file")
	if err != nil {
		return err
	}
	defer sent.Close()
	if len(asked.Images) == 0 && asked.File != (form.FileValue{}) {
		asked.Images = pictures{asked.File}
	}
	if len(asked.Images) == 0 {
		return document.Invalid("images", "No images provided")
	}
	var sources []*document.Source
	for _, v := range asked.Images {
		src, err := c.File(sent, "images", v)
		if err != nil {
			return err
		}
		sources = append(sources, src)
	}
	results, err := readAll(c, sources)
	if err != nil {
		return err
	}
	return c.Send(http.StatusOK, answerOf(c.ID, results))
}

// pictures is a list of files, or a single one.
type pictures []form.FileValue

// UnmarshalJSON takes a single file as a list of one.
func (p *pictures) UnmarshalJSON(b []byte) error {
	return form.OneOrMany(b, (*[]form.FileValue)(p))
}

// readAll reads the files as parts of one document: where one fails, all do.
func readAll(c *doors.Call, sources []*document.Source) ([]*document.Result, error) {
	items, err := c.ReadAll(sources, nil)
	if err != nil {
		return nil, err
	}
	results := make([]*document.Result, len(items))
	for i, item := range items {
		if item.Error != nil {
			return nil, item.Error
		}
		results[i] = item.Result
	}
	return results, nil
}

func answerOf(id string, results []*document.Result) parsed {
	out := parsed{JSON: [][]region{}, Info: info{Pages: []size{}}, ID: id, Created: time.Now().Unix()}
	var texts []string
	for _, res := range results {
		out.Model = res.Model
		out.Usage.Add(res.Usage)
		texts = append(texts, service.Whole(res))
		for _, p := range res.Pages {
			out.JSON = append(out.JSON, regionsOf(p))
			out.Info.Pages = append(out.Info.Pages, size{p.Width, p.Height})
		}
	}
	out.Markdown = strings.Join(texts, "\n\n---\n\n") // as the SDK separates its inputs
	out.Layout, out.Text = out.JSON, out.Markdown
	return out
}

func regionsOf(p document.PageResult) []region {
	regions := []region{}
	for i, r := range p.Regions {
		regions = append(regions, region{i, label(r.Type), r.Label, r.Content, thousandths(r.BBox, p)})
	}
	return regions
}

func label(t document.RegionType) string {
	switch t {
	case document.RegionTable, document.RegionFormula, document.RegionImage:
		return string(t)
	}
	return "text"
}

func thousandths(b document.BBox, p document.PageResult) (box [4]int) {
	for i, v := range b {
		if side := [2]int{p.Width, p.Height}[i%2]; side > 0 {
			box[i] = (1000*v + side/2) / side
		}
	}
	return box
}
