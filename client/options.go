package client

import (
	"strconv"
	"strings"
	"time"

	"ocr-gateway/document"
)

// Options are what a request asks for. The zero value leaves everything to the server. A
// route that does not know an option refuses it.
type Options struct {
	Task           document.Task // of Recognize and Batch
	Pages          string        // such as 1-3,7,-1
	Password       string        // of an encrypted PDF
	DPI            int
	Layout         *bool // whether pages are split into regions
	IncludeHeaders bool
	TableFormat    document.TableFormat
	Images         document.Images
	Boxes          document.Boxes
	JoinTables     bool
	TextLayer      document.TextLayer
	Prompt         string
	Formats        []string // of Document: renderings to add, by the names in Info.Formats
	Schema         string   // of Extract: a JSON example or a JSON Schema
	Deadline       time.Duration
}

// fields are the options that were set, by their names in the contract.
func (o Options) fields() (set [][2]string) {
	add := func(name, value string) {
		if value != "" {
			set = append(set, [2]string{name, value})
		}
	}
	add("task", string(o.Task))
	add("pages", o.Pages)
	add("password", o.Password)
	add("dpi", number(int64(o.DPI)))
	if o.Layout != nil {
		add("enable_layout", strconv.FormatBool(*o.Layout))
	}
	add("include_headers", yes(o.IncludeHeaders))
	add("table_format", string(o.TableFormat))
	add("images", string(o.Images))
	add("boxes", string(o.Boxes))
	add("join_tables", yes(o.JoinTables))
	add("text_layer", string(o.TextLayer))
	add("prompt", o.Prompt)
	add("formats", strings.Join(o.Formats, ","))
	add("schema", o.Schema)
	add("deadline_ms", number(o.Deadline.Milliseconds()))
	return set
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return ""
}
