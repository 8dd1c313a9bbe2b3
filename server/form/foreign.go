package form

import (
	"cmp"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/problem"
)

// Foreign is a request in the form of another API, which has names and nesting of its own:
// its files, and everything else as it came.
type Foreign struct {
	Sources []*document.Source
	Values  url.Values // of a form, by name
}

// Close frees the files, which must not be in use any more.
func (f *Foreign) Close() {
	for _, src := range f.Sources {
		src.Close()
	}
}

// Bounds of what a foreign request says beside its files.
const (
	maxForeignBytes = 1 << 20
	maxForeignParts = 1000
	maxForeignDepth = 32 // of JSON
)

// Raw takes a whole body as one file.
func (d Decoder) Raw(name string, body io.Reader) (*Foreign, error) {
	src, err := d.readSource(nil, name, body)
	if err != nil {
		return nil, err
	}
	f := &Foreign{Sources: []*document.Source{src}}
	if src.Size == 0 {
		f.Close()
		return nil, problem.Malformed("the request has no body; send a file as the body")
	}
	return f, nil
}

// Form reads multipart/form-data whose files are in the named field, or in any if it is "".
func (d Decoder) Form(contentType, field string, body io.Reader) (*Foreign, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "multipart/form-data" {
		return nil, document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission,
			"this address reads multipart/form-data, with files in field %q, and not %q", cmp.Or(field, "file"), clip.Text(contentType))
	}
	if boundary := params["boundary"]; boundary == "" || len(boundary) > 70 { // RFC 2046 section 5.1.1
		return nil, problem.Malformed("the multipart Content-Type has no valid boundary; let the HTTP client write this header")
	}
	f := &Foreign{Values: url.Values{}}
	if err := d.fillForm(f, field, multipart.NewReader(body, params["boundary"])); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (d Decoder) fillForm(f *Foreign, field string, parts *multipart.Reader) error {
	left := int64(maxForeignBytes)
	for range maxForeignParts {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return multipartError(err)
		}
		if err := d.foreignPart(f, field, part, &left); err != nil {
			return err
		}
	}
	return problem.Malformed("the form has more than %d parts", maxForeignParts)
}

// foreignPart takes one part of a form; left is how many bytes values may still have.
func (d Decoder) foreignPart(f *Foreign, field string, part *multipart.Part, left *int64) error {
	name := part.FormName()
	content, err := contentOf(part)
	if err != nil {
		return err
	}
	switch {
	case (name == field || field == "") && isFile(part):
		src, err := d.readSource(f.Sources, part.FileName(), content)
		if err != nil {
			return multipartError(err)
		}
		f.Sources = append(f.Sources, src)
		if src.Size == 0 {
			return document.Invalid(name, "the file is empty")
		}
		return nil
	case part.FileName() != "":
		return document.Invalid(clip.Text(name), "files are read from field %q, not %q", field, clip.Text(name))
	}
	value, err := io.ReadAll(io.LimitReader(content, *left+1))
	if err != nil {
		return multipartError(err)
	}
	if *left -= int64(len(value)); *left < 0 {
		return problem.Malformed("the fields of the form are longer than %d bytes", maxForeignBytes)
	}
	if !utf8.Valid(value) {
		return document.Invalid(clip.Text(name), "%s is not valid UTF-8", clip.Text(name))
	}
	f.Values.Add(name, string(value))
	return nil
}
