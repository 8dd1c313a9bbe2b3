package service

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
)

// Kind is a kind of request: the files and options that belong to it.
type Kind struct {
	Task    document.Task // unless the options say otherwise
	Files   []string      // names of the field for files, the documented one first
	Many    int           // how many files at most
	Options []string
}

// Recognize asks for the text of one image or short document.
var Recognize = Kind{
	Task: document.TaskText, Files: []string{"image", "file"}, Many: 1,
	Options: []string{"task", "pages", "password", "dpi", "enable_layout", "include_headers", "table_format", "images", "boxes", "join_tables", "text_layer", "prompt", "format", "deadline_ms"},
}

// Document asks for the pages of a document.
var Document = Kind{
	Task: document.TaskDocument, Files: []string{"file", "image"}, Many: 1,
	Options: []string{"pages", "password", "dpi", "enable_layout", "include_headers", "table_format", "images", "boxes", "join_tables", "text_layer", "format", "formats", "deadline_ms"},
}

// Extract asks for fields of a document.
var Extract = Kind{
	Task: document.TaskDocument, Files: []string{"file", "image"}, Many: 1,
	Options: []string{"schema", "pages", "password", "dpi", "enable_layout", "text_layer", "deadline_ms"},
}

// Batch asks for the texts of at most so many files.
func Batch(files int) Kind {
	return Kind{
		Task: document.TaskText, Files: []string{"images"}, Many: files,
		Options: []string{"task", "pages", "password", "dpi", "enable_layout", "include_headers", "table_format", "boxes", "join_tables", "text_layer", "prompt", "deadline_ms"},
	}
}

// Unknown is the problem of a field that the kind does not have. It names the one that was
// probably meant.
func (k Kind) Unknown(name string) *document.Problem {
	known := slices.Concat(k.Files, k.Options)
	if near := nearest(name, known); near != "" {
		return document.Invalid(clip.Text(name), "there is no field %q; did you mean %q?", clip.Text(name), near)
	}
	return document.Invalid(clip.Text(name), "there is no field %q; known are %s", clip.Text(name), strings.Join(known, ", "))
}

// nearest finds the known word that name was probably meant to be: at most two edits away, and
// fewer than half its length. Empty when none is near.
func nearest(name string, known []string) string {
	if len(name) > clip.Most {
		return ""
	}
	best, word := 3, ""
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), k); d < best && 2*d < len(k) {
			best, word = d, k
		}
	}
	return word
}
