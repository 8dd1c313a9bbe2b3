// Package form decodes requests: options from the query, options and files from a
// multipart or JSON body, or one file as the raw body. Files are streamed to their
// sources; everything else is small, and bounded.
package form

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

// byteOrderMark is what some editors begin text with. It is not part of it.
const byteOrderMark = "\uFEFF"

// FileIDs is the option that names files which were sent before, in place of some or all of
// those of the request.
const FileIDs = "file_ids"

const (
	maxOptionBytes = 4 << 10
	maxSchemaBytes = 256 << 10
)

// Request is what was sent, in whatever way.
type Request struct {
	Sources []*document.Source
	Values  map[string]string // options as text, by name
	// Address is where the file is, when a JSON body names that in place of it, and Field the
	// member's name. The request has no sources then.
	Address, Field string
	kind           service.Kind
}

// Close frees the files, which must not be in use any more.
func (r *Request) Close() {
	for _, src := range r.Sources {
		src.Close()
	}
}

// Decoder reads requests.
type Decoder struct {
	MaxBytes int64  // of all files of a request together
	TempDir  string // for files above 1 MiB; empty means the system's
}

// Decode reads a request of the given kind, whose body has no encoding any more, to its
// end: net/http then notices when the client goes. The caller closes the request.
func (d Decoder) Decode(kind service.Kind, query, contentType string, body io.Reader) (*Request, error) {
	r := &Request{kind: kind, Values: map[string]string{}}
	if err := d.fill(r, query, contentType, body); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (d Decoder) fill(r *Request, query, contentType string, body io.Reader) error {
	options, err := url.ParseQuery(query)
	if err != nil {
		return problem.Malformed("the query string is not valid").Because(err)
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		for _, value := range options[name] {
			if err := r.set(name, value); err != nil {
				return err
			}
		}
	}
	if err := d.readBody(r, contentType, body); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return err
	}
	if field := r.kind.Files[0]; len(r.Sources) == 0 && r.Values[FileIDs] == "" && r.Address == "" {
		return document.Invalid(field, "there is no file; send it as multipart field %q, as base64 in a JSON body, or as the raw body", field)
	}
	return nil
}

// readBody chooses the decoder by Content-Type. The type of a part or of a raw
// body says nothing about the document: its content decides.
func (d Decoder) readBody(r *Request, contentType string, body io.Reader) error {
	media, params, err := mime.ParseMediaType(contentType)
	if contentType != "" && err != nil && media == "" {
		return problem.Malformed("the Content-Type header is not valid").Because(err)
	}
	switch {
	case media == "multipart/form-data":
		return d.readMultipart(r, body, params["boundary"])
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		return d.readJSON(r, body)
	case media == "", media == "application/pdf", media == "application/octet-stream", strings.HasPrefix(media, "image/"):
		return d.readRaw(r, body)
	default:
		return document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission,
			"a body of type %q is not supported; send multipart/form-data (curl -F %s=@FILE), application/json, application/pdf, image/* or application/octet-stream",
			clip.Text(media), r.kind.Files[0])
	}
}

// readRaw takes the whole body as the document.
func (d Decoder) readRaw(r *Request, body io.Reader) error {
	src, err := d.readSource(r.Sources, "", body)
	if err != nil {
		return err
	}
	if src.Size == 0 {
		return problem.Malformed("the request has no body; send a file, for example with curl -F %s=@FILE", r.kind.Files[0])
	}
	return r.add(r.kind.Files[0], src)
}

// readSource reads a file as far as the limit, which holds for all files of the
// request together, those before it among them, allows.
func (d Decoder) readSource(before []*document.Source, name string, content io.Reader) (*document.Source, error) {
	left := d.MaxBytes
	for _, src := range before {
		left -= src.Size
	}
	src, err := document.ReadSource(clip.FileName(name), content, left, d.TempDir)
	err = sourceError(err)
	if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeTooLarge {
		return nil, document.TooLarge(d.MaxBytes) // it may name what was left
	}
	return src, err
}

// sourceError separates the faults of a client from those of our disk.
func sourceError(err error) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	var disk *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC):
		return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "there is no room for the upload at the moment").Retry().Because(err)
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ENOMEM):
		return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "the server is out of file descriptors for now; send the upload again later").Retry().Because(err)
	case errors.As(err, &disk):
		return document.Problemf(document.CodeInternal, document.PhaseAdmission, "the upload could not be stored").Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return problem.Malformed("the upload ends before it is complete").Because(err)
	}
	return err
}

// add appends a file that came in the named field; the request owns it from here on.
func (r *Request) add(field string, src *document.Source) error {
	r.Sources = append(r.Sources, src)
	if n := len(r.Sources); n > r.kind.Many || r.Address != "" {
		if r.kind.Many == 1 {
			return document.Invalid(field, "this route reads one file; send several as \"images\" to /api/ocr/batch")
		}
		if r.Address != "" {
			return document.Invalid(field, "a file comes beside an address: a request takes one address, or files")
		}
		return document.Invalid(field, "there are more than %d files, the limit of one batch", r.kind.Many)
	}
	if src.Size == 0 && r.kind.Many == 1 {
		return document.Invalid(field, "the file is empty")
	}
	return nil
}

// set stores an option. Unknown and repeated names are errors, because an
// option that is silently ignored is a surprise.
func (r *Request) set(name, value string) error {
	if !slices.Contains(r.kind.Options, name) {
		return r.unknown(name)
	}
	limit := maxOptionBytes
	if name == "schema" {
		limit = maxSchemaBytes
	}
	if len(value) > limit {
		return document.Invalid(name, "%s is longer than %d bytes", name, limit)
	}
	value = strings.TrimPrefix(value, byteOrderMark)
	if !utf8.ValidString(value) {
		return document.Invalid(name, "%s is not valid UTF-8", name)
	}
	if old, twice := r.Values[name]; twice {
		if name != "formats" {
			return document.Invalid(name, "%s was given twice", name)
		}
		value = old + "," + value
	}
	r.Values[name] = value
	return nil
}

// unknown explains a field that the route does not know.
func (r *Request) unknown(name string) error {
	if slices.Contains(r.kind.Files, name) {
		return document.Invalid(name, "%s is a file and belongs into the body", name)
	}
	if isFileLike(name) {
		return r.strayFile(name)
	}
	return r.kind.Unknown(name)
}

// strayFile explains a file in a field that carries none here.
func (r *Request) strayFile(name string) error {
	if r.kind.Many == 1 {
		return document.Invalid(clip.Text(name), "this route reads one file, in field %q; send several as \"images\" to /api/ocr/batch", r.kind.Files[0])
	}
	return document.Invalid(clip.Text(name), "this route reads files in field %q, repeated", r.kind.Files[0])
}

// isFileLike reports whether a field is named like one that carries files: image2, images[].
func isFileLike(name string) bool {
	switch strings.TrimRight(name, "0123456789[]_-") {
	case "image", "images", "file", "files":
		return true
	}
	return false
}
