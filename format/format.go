// Package format writes results for people and programs: text, Markdown, HTML and JSON, and
// the formats of others for text at its place: hOCR, ALTO, DoclingDocument.
package format

import (
	"encoding/json"
	"io"

	"ocr-gateway/document"
)

// Document is what a format writes: a whole result, what was asked for, and what the client
// called its file, which may be empty.
type Document struct {
	*document.Result
	Options document.Options
	Name    string
}

// Format is one way to write a whole document.
type Format struct {
	Name      string // as in --format and the option "format"
	MediaType string // as in Accept
	Extension string // of files, with the dot
	// Boxes and Images are what the format needs of a document if the options leave them out; empty if
	// it needs nothing.
	Boxes  document.Boxes
	Images document.Images
	Encode func(io.Writer, Document) error
}

// All lists the formats, the default first.
func All() []Format {
	return []Format{
		{Name: "json", MediaType: "application/json", Extension: ".json", Encode: encodeJSON},
		{Name: "md", MediaType: "text/markdown", Extension: ".md", Encode: func(w io.Writer, d Document) error {
			return writeText(w, d.Markdown)
		}},
		{Name: "txt", MediaType: "text/plain", Extension: ".txt", Encode: func(w io.Writer, d Document) error {
			return writeText(w, d.Text)
		}},
		{Name: "ndjson", MediaType: "application/x-ndjson", Extension: ".ndjson", Encode: encodeNDJSON},
		{Name: "html", MediaType: "text/html", Extension: ".html", Encode: encodeHTML},
		{Name: "hocr", MediaType: "text/vnd.hocr+html", Extension: ".hocr", Boxes: document.BoxesWord, Encode: encodeHOCR},
		{Name: "alto", MediaType: "application/alto+xml", Extension: ".xml", Boxes: document.BoxesWord, Encode: encodeALTO},
		{Name: "docling", MediaType: "application/vnd.docling+json", Extension: ".docling.json", Encode: encodeDocling},
		{Name: "zip", MediaType: "application/zip", Extension: ".zip", Images: document.ImagesRef, Encode: encodeZip},
	}
}

func encodeJSON(w io.Writer, d Document) error { return writeJSON(w, d.Result) }

// encodeNDJSON writes one page per line.
func encodeNDJSON(w io.Writer, d Document) error {
	for i := range d.Pages {
		if err := writeJSON(w, &d.Pages[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON writes one line; < and > stay readable.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func writeText(w io.Writer, s string) error {
	if s == "" {
		return nil
	}
	_, err := io.WriteString(w, s+"\n")
	return err
}
