package server

import (
	"ocr-gateway/document"

	"github.com/labstack/echo/v4"
)

var extractForm = form{
	files: []string{"file", "image"}, many: 1,
	options: []string{"schema", "pages", "password", "dpi", "enable_layout", "deadline_ms"},
}

// extract checks a request for fields by schema as it will be checked, then says
// that no engine can do it yet.
func (s *Server) extract(c echo.Context) error {
	if _, err := negotiate(c, mediaJSON); err != nil {
		return err
	}
	call, err := s.decode(c.Request(), extractForm)
	if err != nil {
		return err
	}
	defer call.close()
	if _, given := call.values["schema"]; !given {
		return invalid("schema", `schema is missing: a JSON example such as {"name": ""} or a JSON Schema`)
	}
	if _, err := s.wishes(call, document.TaskDocument); err != nil {
		return err
	}
	return document.Problemf(document.CodeNotImplemented, document.PhaseAdmission,
		"extraction by schema is not built yet; use /api/ocr/document and read the fields from its text")
}
