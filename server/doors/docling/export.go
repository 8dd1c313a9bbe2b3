package docling

import (
	"encoding/json"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/service"
)

// exported is a document in the formats that were asked for; null in the others.
type exported struct {
	Filename string          `json:"filename"`
	Markdown *string         `json:"md_content"`
	JSON     json.RawMessage `json:"json_content"` // a DoclingDocument
	HTML     *string         `json:"html_content"`
	Text     *string         `json:"text_content"`
	DocTags  *string         `json:"doctags_content"`
}

// broken returns the Markdown with a mark between pages, blank ones included, so that they can be
// counted.
func broken(res *document.Result, mark string) string {
	pages := make([]string, len(res.Pages))
	for i, p := range res.Pages {
		pages[i] = service.Markdown(p)
	}
	return strings.Join(pages, "\n\n"+mark+"\n\n")
}

func export(c *doors.Call, read service.Reading, opts options) (exported, error) {
	res, out := read.Result, exported{Filename: read.Source.Name}
	if opts.has("md") {
		text := service.Whole(res)
		if opts.pageBreak != "" {
			text = broken(res, opts.pageBreak)
		}
		out.Markdown = &text
	}
	if opts.has("text") {
		out.Text = &res.Text
	}
	if opts.has("html") {
		html, err := c.Format(formats["html"], read)
		if err != nil {
			return out, err
		}
		out.HTML = &html
	}
	if opts.has("json") {
		text, err := c.Format(formats["json"], read)
		if err != nil {
			return out, err
		}
		out.JSON = json.RawMessage(text)
	}
	return out, nil
}
