package answer

import (
	"maps"

	"ocr-gateway/document"
)

// Recognition is the answer for one image. Files of several pages list them in
// Pages; Text, Markdown, Regions and Images then cover all of them.
type Recognition struct {
	ID       string            `json:"id"`
	Status   document.Status   `json:"status"`
	Task     document.Task     `json:"task"`
	Text     string            `json:"text"`
	Markdown string            `json:"markdown"`
	Regions  []document.Region `json:"regions"`
	Images   map[string][]byte `json:"images,omitempty"` // of all pages, by name; as base64
	Page     pageSize          `json:"page"`
	Pages    []textPage        `json:"pages,omitempty"`
	Summary  document.Summary  `json:"summary"`
	Usage    document.Usage    `json:"usage"`
	Timings  map[string]int    `json:"timings_ms"`
	Model    string            `json:"model"`
	Engine   string            `json:"engine"`
	Layout   string            `json:"layout"`
}

// pageSize describes the first page read.
type pageSize struct {
	Number   int `json:"number"`
	Width    int `json:"width"`
	Height   int `json:"height"`
	Rotation int `json:"rotation"`
}

// textPage is a page with its plain text.
type textPage struct {
	document.PageResult
	Text string `json:"text"`
}

// RecognitionOf makes the answer for a document that was read.
func RecognitionOf(r *document.Result, task document.Task) *Recognition {
	out := &Recognition{
		ID: r.ID, Status: r.Status, Task: task, Text: r.Text, Markdown: r.Markdown, Regions: []document.Region{},
		Summary: r.Summary, Usage: r.Usage, Timings: Timings(r.Timings), Model: r.Model, Engine: r.Engine, Layout: r.Layout,
	}
	for i, p := range r.Pages {
		if i == 0 {
			out.Page = pageSize{p.Number, p.Width, p.Height, p.Rotation}
		}
		out.Regions = append(out.Regions, p.Regions...)
		if out.Images == nil && len(p.Images) > 0 {
			out.Images = map[string][]byte{}
		}
		maps.Copy(out.Images, p.Images)
		if len(r.Pages) > 1 {
			p.Images = nil // bytes are not sent twice
			out.Pages = append(out.Pages, textPage{WithRegions(p), p.Text})
		}
	}
	return out
}

// WithRegions turns an absent list into an empty one, which is what JSON clients expect.
func WithRegions(p document.PageResult) document.PageResult {
	if p.Regions == nil {
		p.Regions = []document.Region{}
	}
	return p
}

// Timings turns absent timings into empty ones.
func Timings(t map[string]int) map[string]int {
	if t == nil {
		return map[string]int{}
	}
	return t
}
