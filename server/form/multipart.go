package form

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
	"mime/multipart"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/problem"
)

// readMultipart streams a form: files go to sources as they come, options may
// stand before or after them. Every part is either an option, each at most once,
// or a file, so their number is bounded by the form.
func (d Decoder) readMultipart(r *Request, plain io.Reader, boundary string) error {
	if boundary == "" || len(boundary) > 70 { // RFC 2046 section 5.1.1
		return problem.Malformed("the multipart Content-Type has no valid boundary; let the HTTP client write this header")
	}
	parts := multipart.NewReader(plain, boundary)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF { // bare only at the last boundary, wrapped where the body is cut off
			return nil
		}
		if err != nil {
			if n == 0 && errors.Is(err, io.EOF) {
				return problem.Malformed("the multipart body has no parts, or its boundary is not the one in Content-Type")
			}
			return multipartError(err)
		}
		if err := d.readPart(r, part); err != nil {
			return err
		}
	}
}

func (d Decoder) readPart(r *Request, part *multipart.Part) error {
	name := part.FormName()
	switch {
	case slices.Contains(r.kind.Files, name):
		if !isFile(part) {
			return document.Invalid(name, "field %q carries text, not a file; with curl write -F %s=@FILE", name, name)
		}
		content, err := contentOf(part)
		if err != nil {
			return err
		}
		src, err := d.readSource(r.Sources, part.FileName(), content)
		if err != nil {
			return multipartError(err)
		}
		return r.add(name, src)
	case slices.Contains(r.kind.Options, name) && !(isFileLike(name) && isFile(part)):
		content, err := contentOf(part)
		if err != nil {
			return err
		}
		value, err := io.ReadAll(io.LimitReader(content, maxSchemaBytes+1))
		if err != nil {
			return multipartError(err)
		}
		return r.set(name, string(value))
	default:
		return r.unknown(name)
	}
}

// contentOf is a part without its Content-Transfer-Encoding, which mail libraries write.
// Package multipart has undone quoted-printable already, and hidden its header.
func contentOf(part *multipart.Part) (io.Reader, error) {
	switch encoding := strings.ToLower(strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding"))); encoding {
	case "", "7bit", "8bit", "binary":
		return part, nil
	case "base64":
		text := &base64Text{r: bufio.NewReader(part)}
		return base64Errors{base64.NewDecoder(base64.RawStdEncoding, text), part.FormName()}, nil
	default:
		return nil, document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission,
			"the Content-Transfer-Encoding %q of field %q is not supported; send base64, quoted-printable or none", clip.Text(encoding), clip.Text(part.FormName()))
	}
}

// isFile tells a file from text as browsers and curl write them: a file has a
// name or at least a type of its own.
func isFile(part *multipart.Part) bool {
	media := part.Header.Get("Content-Type")
	return part.FileName() != "" || media != "" && !strings.HasPrefix(media, "text/plain")
}

func multipartError(err error) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	return problem.Malformed("the multipart body is damaged or ends before its last boundary").Because(err)
}
