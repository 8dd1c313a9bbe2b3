package server

import (
	"context"
	"encoding/base64"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/service"
)

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
	if prefersAsync(c.Request()) {
		return s.submitAs(c, jobs.KindDocument, service.Document)
	}
	media, err := negotiate(c, s.media(mediaJSON, mediaNDJSON)...)
	if err != nil {
		return err
	}
	call, err := s.take(c, service.Document, media)
	if err != nil {
		return err
	}
	defer call.Close()
	if call.media == mediaNDJSON {
		return s.lines(c, call)
	}
	res, err := s.whole(c.Request().Context(), call)
	if err != nil {
		return err
	}
	outputs, err := render(c.Request().Context(), call, res)
	if err != nil {
		return err
	}
	return s.answer(c, call, res, documentAnswer{complete(res), outputs})
}

// whole reads a document to its end.
func (s *Server) whole(ctx context.Context, call *call) (*document.Result, error) {
	res, err := s.service.Read(ctx, call.Sources[0], call.opts, nil)
	if err != nil {
		return nil, err
	}
	res.ID = newID()
	return res, nil
}

// complete makes the absent parts of r empty ones for JSON.
func complete(r *document.Result) *document.Result {
	r.Timings = timings(r.Timings)
	for i := range r.Pages {
		r.Pages[i] = withRegions(r.Pages[i])
	}
	return r
}

// render writes a document in the formats that are to come along with JSON.
func render(ctx context.Context, call *call, r *document.Result) (map[string]output, error) {
	if len(call.opts.Formats) == 0 || call.media != mediaJSON {
		return nil, nil
	}
	outputs := make(map[string]output, len(call.opts.Formats))
	for _, f := range call.opts.Formats {
		written, err := call.write(ctx, f, r)
		if err != nil {
			return nil, err
		}
		o := output{MediaType: f.MediaType, Encoding: "utf-8", Content: string(written)}
		if !utf8.Valid(written) {
			o.Encoding, o.Content = "base64", base64.StdEncoding.EncodeToString(written)
		}
		outputs[f.Name] = o
	}
	return outputs, nil
}
