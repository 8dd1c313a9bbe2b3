package client

import (
	"context"

	"ocr-gateway/document"
)

// Recognition is what was read in one image or short document.
type Recognition struct {
	ID       string            `json:"id"`
	Status   document.Status   `json:"status"`
	Task     document.Task     `json:"task"`
	Text     string            `json:"text"`
	Markdown string            `json:"markdown"`
	Regions  []document.Region `json:"regions"`
	Images   map[string][]byte `json:"images"` // of all pages, by name
	Page     PageSize          `json:"page"`   // the first that was read
	Pages    []TextPage        `json:"pages"`  // where there are several
	Summary  document.Summary  `json:"summary"`
	Usage    document.Usage    `json:"usage"`
	Timings  map[string]int    `json:"timings_ms"`
	Model    string            `json:"model"`
	Engine   string            `json:"engine"`
	Layout   string            `json:"layout"`
}

// PageSize describes a page in pixels, and degrees by which it was turned.
type PageSize struct {
	Number   int `json:"number"`
	Width    int `json:"width"`
	Height   int `json:"height"`
	Rotation int `json:"rotation"`
}

// TextPage is a page with its plain text.
type TextPage struct {
	document.PageResult
	Text string `json:"text"`
}

// Recognize reads one image, or every page of a document.
func (c *Client) Recognize(ctx context.Context, file File, opts Options) (*Recognition, error) {
	return call[Recognition](ctx, c, "/api/ocr/recognize", "image", []File{file}, opts)
}

// Batch is several files read with the same options, in their order.
type Batch struct {
	ID     string          `json:"id"`
	Status document.Status `json:"status"` // ok or partial
	Counts Counts          `json:"counts"`
	Usage  document.Usage  `json:"usage"` // of all that were read
	Items  []BatchItem     `json:"items"`
}

// Counts are files by how they ended.
type Counts struct {
	Total   int `json:"total"`
	OK      int `json:"ok"`
	Partial int `json:"partial"`
	Failed  int `json:"failed"`
}

// BatchItem is one file: its result or why there is none.
type BatchItem struct {
	Index    int               `json:"index"` // from 0
	Filename string            `json:"filename"`
	Status   document.Status   `json:"status"`
	Result   *Recognition      `json:"result"`
	Error    *document.Problem `json:"error"`
}

// Batch reads several files. When none could be read the error is a *BatchProblem.
func (c *Client) Batch(ctx context.Context, files []File, opts Options) (*Batch, error) {
	return call[Batch](ctx, c, "/api/ocr/batch", "images", files, opts)
}
