package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

const (
	mediaJSON   = "application/json"
	mediaNDJSON = "application/x-ndjson"
	mediaSSE    = "text/event-stream"
)

// negotiate picks what the client likes best of the offers; the first is the
// default and wins ties.
func negotiate(c echo.Context, offers ...string) (string, error) {
	accept := strings.Join(c.Request().Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return offers[0], nil
	}
	best, chosen := 0.0, ""
	for _, offer := range offers {
		if q := quality(accept, offer); q > best {
			best, chosen = q, offer
		}
	}
	if chosen == "" {
		return "", document.Problemf(problem.CodeNotAcceptable, document.PhaseAdmission,
			"none of the types in Accept can be had here; known are %s", strings.Join(offers, ", "))
	}
	return chosen, nil
}

// quality is the weight that an Accept header gives to a media type: that of the
// most specific range which matches it (RFC 9110 section 12.5.1).
func quality(accept, media string) float64 {
	major, _, _ := strings.Cut(media, "/")
	q, rank := 0.0, 0
	for part := range strings.SplitSeq(accept, ",") {
		pattern, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		r := 0
		switch pattern {
		case media:
			r = 3
		case major + "/*":
			r = 2
		case "*/*":
			r = 1
		}
		if r <= rank {
			continue
		}
		weight := 1.0
		if v, ok := params["q"]; ok {
			if weight, err = strconv.ParseFloat(v, 64); err != nil {
				weight = 0
			}
		}
		q, rank = weight, r
	}
	return q
}

// media lists what a whole document can be had as.
func (s *Server) media(first ...string) []string {
	offers := first
	for _, f := range s.service.Formats() {
		if f.MediaType != mediaJSON && f.MediaType != mediaNDJSON {
			offers = append(offers, f.MediaType)
		}
	}
	return offers
}

// answer sends a document in the type that it is to have: v as JSON, or r through its format.
func (s *Server) answer(c echo.Context, call *call, r *document.Result, v any) error {
	return s.answerAs(c, http.StatusOK, call, r, v)
}

// answerAs is answer with another status.
func (s *Server) answerAs(c echo.Context, status int, call *call, r *document.Result, v any) error {
	media := call.media
	if media == mediaJSON {
		return writeJSON(c, status, mediaJSON, v)
	}
	f := s.formatOf(media)
	if f == nil {
		return document.Problemf(document.CodeInternal, document.PhaseFormat, "no format for %s", media)
	}
	written, err := call.write(c.Request().Context(), *f, r)
	if err != nil {
		return err
	}
	if strings.HasPrefix(media, "text/") {
		media += "; charset=utf-8"
	}
	return c.Blob(status, media, written)
}

// write writes a document of the call in a format, in the time that the call has.
func (call *call) write(ctx context.Context, f service.Format, r *document.Result) ([]byte, error) {
	ctx, cancel := call.opts.Within(ctx)
	defer cancel()
	var buf bytes.Buffer
	err := f.Encode(ctx, &buf, service.Reading{Source: call.Sources[0], Options: call.opts.Options, Result: r})
	switch p, ok := errors.AsType[*document.Problem](err); {
	case err == nil:
		return buf.Bytes(), nil
	case ok:
		return nil, p
	case ctx.Err() != nil:
		return nil, document.EndProblem(context.Cause(ctx), document.PhaseFormat)
	}
	return nil, formatProblem(f, err)
}

func formatProblem(f service.Format, err error) *document.Problem {
	return document.Problemf(document.CodeInternal, document.PhaseFormat, "the result could not be written as %s", f.Name).Because(err)
}

// writeJSON sends v as a whole, so that a value which cannot be encoded is
// still an error and not half an answer.
func writeJSON(c echo.Context, status int, media string, v any) error {
	b, err := encodeJSON(v)
	if err != nil {
		return err
	}
	return c.Blob(status, media, b)
}

// encodeJSON is one line of JSON with its newline; < and > stay readable.
func encodeJSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return buf.Bytes(), err
}
