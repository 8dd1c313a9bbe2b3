package server

import (
	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
)

// Fields are what a client wants to know of a document.
type Fields interface {
	// Question is what the engine is asked about each page, where it can answer.
	Question() *document.Question
	// Extract finds the fields in a document that was read and asked; the error is
	// a *document.Problem when no page could be searched.
	Extract(res *document.Result) (*document.Extraction, error)
}

var extractForm = form{
	files: []string{"file", "image"}, many: 1,
	options: []string{"schema", "pages", "password", "dpi", "enable_layout", "deadline_ms"},
}

// extract finds the fields of a schema in a document.
func (s *Server) extract(c echo.Context) error {
	if _, err := negotiate(c, mediaJSON); err != nil {
		return err
	}
	call, opts, err := s.parse(c, extractForm, document.TaskDocument, mediaJSON)
	if err != nil {
		return err
	}
	defer call.close()
	if opts.fields == nil {
		return invalid("schema", `schema is missing: a JSON example such as {"name": ""} or a JSON Schema`)
	}
	opts.Question = opts.fields.Question()
	res, err := s.whole(c.Request().Context(), call.sources[0], opts)
	if err != nil {
		return err
	}
	found, err := opts.fields.Extract(res)
	if err != nil {
		return err
	}
	found.Timings = timings(found.Timings)
	return writeJSON(c, 200, mediaJSON, found)
}
