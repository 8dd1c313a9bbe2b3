package server

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
)

var documentForm = form{
	files: []string{"file", "image"}, many: 1,
	options: []string{"pages", "password", "dpi", "enable_layout", "include_headers", "table_format", "images", "join_tables", "formats", "deadline_ms"},
}

// documentAnswer is a result together with its renderings.
type documentAnswer struct {
	*document.Result
	Outputs map[string]output `json:"outputs,omitempty"` // by format name, as asked for with "formats"
}

// output is a document in another format.
type output struct {
	MediaType string `json:"media_type"`
	Encoding  string `json:"encoding"` // utf-8, or base64 for binary formats
	Content   string `json:"content"`
}

func (s *Server) document(c echo.Context) error {
	media, err := negotiate(c, s.media(mediaJSON, mediaNDJSON)...)
	if err != nil {
		return err
	}
	call, opts, err := s.parse(c, documentForm, document.TaskDocument, media)
	if err != nil {
		return err
	}
	defer call.close()
	if media == mediaNDJSON {
		return s.lines(c, call.sources[0], opts)
	}
	res, err := s.whole(c.Request().Context(), call.sources[0], opts)
	if err != nil {
		return err
	}
	outputs, err := render(res, opts.formats)
	if err != nil {
		return err
	}
	return s.answer(c, media, res, documentAnswer{complete(res), outputs})
}

// complete makes the absent parts of r empty ones for JSON.
func complete(r *document.Result) *document.Result {
	r.Timings = timings(r.Timings)
	for i := range r.Pages {
		r.Pages[i] = withRegions(r.Pages[i])
	}
	return r
}

func render(r *document.Result, formats []Format) (map[string]output, error) {
	if len(formats) == 0 {
		return nil, nil
	}
	outputs := make(map[string]output, len(formats))
	for _, f := range formats {
		var buf bytes.Buffer
		if err := f.Encode(&buf, r); err != nil {
			return nil, formatProblem(f, err)
		}
		o := output{MediaType: f.MediaType, Encoding: "utf-8", Content: buf.String()}
		if !utf8.Valid(buf.Bytes()) {
			o.Encoding, o.Content = "base64", base64.StdEncoding.EncodeToString(buf.Bytes())
		}
		outputs[f.Name] = o
	}
	return outputs, nil
}
