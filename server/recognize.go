package server

import (
	"maps"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

// recognition is the answer for one image. Files of several pages list them in
// Pages; Text, Markdown, Regions and Images then cover all of them.
type recognition struct {
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

func (s *Server) recognize(c echo.Context) error {
	media, err := negotiate(c, s.media(mediaJSON)...)
	if err != nil {
		return err
	}
	call, err := s.take(c, service.Recognize, media)
	if err != nil {
		return err
	}
	defer call.Close()
	if call.media == mediaNDJSON {
		return document.Invalid("format", "pages as lines are to be had of /api/ocr/document; this address knows them together")
	}
	res, err := s.whole(c.Request().Context(), call)
	if err != nil {
		return err
	}
	return s.answer(c, call, res, recognitionOf(res, call.opts.Task))
}

func recognitionOf(r *document.Result, task document.Task) *recognition {
	out := &recognition{
		ID: r.ID, Status: r.Status, Task: task, Text: r.Text, Markdown: r.Markdown, Regions: []document.Region{},
		Summary: r.Summary, Usage: r.Usage, Timings: timings(r.Timings), Model: r.Model, Engine: r.Engine, Layout: r.Layout,
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
			out.Pages = append(out.Pages, textPage{withRegions(p), p.Text})
		}
	}
	return out
}

// withRegions makes an absent list an empty one, which is what JSON clients expect.
func withRegions(p document.PageResult) document.PageResult {
	if p.Regions == nil {
		p.Regions = []document.Region{}
	}
	return p
}

func timings(t map[string]int) map[string]int {
	if t == nil {
		return map[string]int{}
	}
	return t
}
