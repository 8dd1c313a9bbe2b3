// Package answer writes documents as clients of our own API get them: the negotiated type, JSON,
// other formats, and pages as lines or events while others are still being read.
package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/stage"
	"ocr-gateway/server/form"
	"ocr-gateway/service"
)

// Media types that are not formats of a whole document.
const (
	JSON   = "application/json"
	NDJSON = "application/x-ndjson"
	SSE    = "text/event-stream"
)

// Formats are the formats in which a whole document can be had.
type Formats []service.Format

// Media lists their media types, after first.
func (all Formats) Media(first ...string) []string {
	offers := first
	for _, f := range all {
		if f.MediaType != JSON && f.MediaType != NDJSON {
			offers = append(offers, f.MediaType)
		}
	}
	return offers
}

// Of returns the format of a media type; nil if it is not one of a whole document.
func (all Formats) Of(media string) *service.Format {
	for _, f := range all {
		if f.MediaType == media {
			return &f
		}
	}
	return nil
}

// Call is a request that may run, or the one that a job was submitted with: its files, which must
// be closed, and its options.
type Call struct {
	*form.Request
	Options service.Options
	Media   string // of the answer
}

// Send answers with a document: v as JSON, or r through the format of the call's media type.
func (all Formats) Send(c echo.Context, status int, call *Call, r *document.Result, v any) error {
	media := call.Media
	if media == JSON {
		return WriteJSON(c, status, JSON, v)
	}
	f := all.Of(media)
	if f == nil {
		return document.Problemf(document.CodeInternal, document.PhaseFormat, "no format for %s", media)
	}
	written, err := call.write(c.Request().Context(), *f, r)
	if err != nil {
		return err
	}
	usage, err := json.Marshal(r.Usage)
	if err != nil {
		return err
	}
	c.Response().Header().Set("X-Usage", string(usage))
	if strings.HasPrefix(media, "text/") {
		media += "; charset=utf-8"
	}
	return c.Blob(status, media, written)
}

// write writes the call's document in a format, within the time that the call has.
func (call *Call) write(ctx context.Context, f service.Format, r *document.Result) ([]byte, error) {
	if f.Words && call.Options.Boxes != document.BoxesWord {
		return nil, document.Invalid("format", "%s takes words, which were not asked for when this was read: send it again with format=%s", f.Name, f.Name)
	}
	ctx, cancel := call.Options.Within(ctx)
	defer cancel()
	ctx, writing := stage.Begin(ctx, stage.Write)
	defer writing.End()
	writing.Text("ocr.format", f.Name)
	var buf bytes.Buffer
	err := f.Encode(ctx, &buf, service.Reading{Source: call.Sources[0], Options: call.Options.Options, Result: r})
	switch p, ok := errors.AsType[*document.Problem](err); {
	case err == nil:
		return buf.Bytes(), nil
	case ok:
		return nil, p
	case ctx.Err() != nil:
		return nil, document.EndProblem(context.Cause(ctx), document.PhaseFormat)
	}
	return nil, document.Problemf(document.CodeInternal, document.PhaseFormat, "the result could not be written as %s", f.Name).Because(err)
}

// WriteJSON encodes v before it sends anything, so that a value which cannot be encoded is still
// an error and not half an answer.
func WriteJSON(c echo.Context, status int, media string, v any) error {
	b, err := Encode(v)
	if err != nil {
		return err
	}
	return c.Blob(status, media, b)
}

// Encode writes one line of JSON with its newline; < and > stay readable.
func Encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return buf.Bytes(), err
}
