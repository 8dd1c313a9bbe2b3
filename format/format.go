// Package format writes results for people and programs: plain text, Markdown
// and JSON.
package format

import (
	"encoding/json"
	"io"

	"ocr-gateway/document"
)

// Format is one way to write a whole document.
type Format struct {
	Name      string // as in --format and the formats field
	MediaType string // as in Accept
	Extension string // of files, with the dot
	Encode    func(io.Writer, *document.Result) error
}

// All lists the formats, the default first.
func All() []Format {
	return []Format{
		{Name: "json", MediaType: "application/json", Extension: ".json", Encode: encodeJSON},
		{Name: "md", MediaType: "text/markdown", Extension: ".md", Encode: func(w io.Writer, r *document.Result) error {
			return writeText(w, r.Markdown)
		}},
		{Name: "txt", MediaType: "text/plain", Extension: ".txt", Encode: func(w io.Writer, r *document.Result) error {
			return writeText(w, r.Text)
		}},
		{Name: "ndjson", MediaType: "application/x-ndjson", Extension: ".ndjson", Encode: encodeNDJSON},
	}
}

func encodeJSON(w io.Writer, r *document.Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// encodeNDJSON writes one page a line.
func encodeNDJSON(w io.Writer, r *document.Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range r.Pages {
		if err := enc.Encode(&r.Pages[i]); err != nil {
			return err
		}
	}
	return nil
}

func writeText(w io.Writer, s string) error {
	if s == "" {
		return nil
	}
	_, err := io.WriteString(w, s+"\n")
	return err
}
