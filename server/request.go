package server

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"ocr-gateway/document"
)

// byteOrderMark is what some editors begin text with. It is not part of it.
const byteOrderMark = "\uFEFF"

const (
	maxOptionBytes = 4 << 10
	maxSchemaBytes = 256 << 10
)

// form is what a route takes.
type form struct {
	files   []string // names of the file field, the documented one first
	many    int      // how many files at most
	options []string
}

// call is a decoded request, in whatever way it was sent.
type call struct {
	form    form
	sources []*document.Source
	values  map[string]string // options as text
}

// close frees the uploads, which must not be in use any more.
func (c *call) close() {
	for _, src := range c.sources {
		src.Close()
	}
}

// decode reads a request: options from the query, options and files from a
// multipart or JSON body, or one file as the raw body. The caller closes the
// call. The body is at its end afterwards, which lets net/http notice that the
// client has gone.
func (s *Server) decode(r *http.Request, t *ticket, f form) (*call, error) {
	c := &call{form: f, values: map[string]string{}}
	if err := s.fill(c, t, r); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (s *Server) fill(c *call, t *ticket, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return malformed("the query string is not valid").Because(err)
	}
	for _, name := range sortedKeys(query) {
		for _, value := range query[name] {
			if err := c.set(name, value); err != nil {
				return err
			}
		}
	}
	if b, ok := r.Body.(*body); ok {
		defer b.done()
		defer b.watch(r.Context())()
	}
	plain, closePlain, err := s.plain(r)
	if err != nil {
		return err
	}
	defer closePlain()
	plain = metered{plain, t}
	if err := s.fillBody(c, r, plain); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return err
	}
	if len(c.sources) == 0 {
		return invalid(c.form.files[0], "there is no file; send it as multipart field %q, as base64 in a JSON body, or as the raw body", c.form.files[0])
	}
	return nil
}

// fillBody chooses the decoder by Content-Type. The type of a part or of a raw
// body says nothing about the document: its content decides.
func (s *Server) fillBody(c *call, r *http.Request, plain io.Reader) error {
	header := r.Header.Get("Content-Type")
	media, params, err := mime.ParseMediaType(header)
	if header != "" && err != nil && media == "" {
		return malformed("the Content-Type header is not valid").Because(err)
	}
	switch {
	case media == "multipart/form-data":
		return s.readMultipart(c, plain, params["boundary"])
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		return s.readJSON(c, plain)
	case media == "", media == "application/pdf", media == "application/octet-stream", strings.HasPrefix(media, "image/"):
		return s.readRaw(c, plain)
	default:
		return document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission,
			"a body of type %q is not supported; send multipart/form-data (curl -F %s=@FILE), application/json, application/pdf, image/* or application/octet-stream",
			clip(media), c.form.files[0])
	}
}

// readRaw takes the whole body as the document.
func (s *Server) readRaw(c *call, plain io.Reader) error {
	src, err := s.readSource(c, "", plain)
	if err != nil {
		return err
	}
	if src.Size == 0 {
		return malformed("the request has no body; send a file, for example with curl -F %s=@FILE", c.form.files[0])
	}
	return c.add(c.form.files[0], src)
}

// readSource reads a file as far as the upload limit, which holds for all files
// of the call together, allows.
func (s *Server) readSource(c *call, name string, r io.Reader) (*document.Source, error) {
	left := s.cfg.MaxUploadBytes
	for _, src := range c.sources {
		left -= src.Size
	}
	src, err := document.ReadSource(cleanName(name), r, left, s.cfg.TempDir)
	err = sourceError(err)
	if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeTooLarge {
		return nil, tooLarge(s.cfg.MaxUploadBytes) // it may name what was left
	}
	return src, err
}

// add appends a file that came in the named field; the call owns it from here on.
func (c *call) add(field string, src *document.Source) error {
	c.sources = append(c.sources, src)
	if n := len(c.sources); n > c.form.many {
		if c.form.many == 1 {
			return invalid(field, "this route reads one file; send several as \"images\" to /api/ocr/batch")
		}
		return invalid(field, "there are more than %d files, the limit of one batch", c.form.many)
	}
	if src.Size == 0 && c.form.many == 1 {
		return invalid(field, "the file is empty")
	}
	return nil
}

// set stores an option. Unknown and repeated names are errors, because an
// option that is silently ignored is a surprise.
func (c *call) set(name, value string) error {
	if !slices.Contains(c.form.options, name) {
		return c.unknown(name)
	}
	limit := maxOptionBytes
	if name == "schema" {
		limit = maxSchemaBytes
	}
	if len(value) > limit {
		return invalid(name, "%s is longer than %d bytes", name, limit)
	}
	value = strings.TrimPrefix(value, byteOrderMark)
	if !utf8.ValidString(value) {
		return invalid(name, "%s is not valid UTF-8", name)
	}
	if old, twice := c.values[name]; twice {
		if name != "formats" {
			return invalid(name, "%s was given twice", name)
		}
		value = old + "," + value
	}
	c.values[name] = value
	return nil
}

// unknown explains a field that the route does not know.
func (c *call) unknown(name string) error {
	if slices.Contains(c.form.files, name) {
		return invalid(name, "%s is a file and belongs into the body", name)
	}
	if isFileLike(name) {
		return c.strayFile(name)
	}
	known := append(slices.Clone(c.form.files), c.form.options...)
	if near := nearest(name, known); near != "" {
		return invalid(clip(name), "there is no field %q; did you mean %q?", clip(name), near)
	}
	return invalid(clip(name), "there is no field %q; known are %s", clip(name), strings.Join(known, ", "))
}

// strayFile explains a file in a field that carries none here.
func (c *call) strayFile(name string) error {
	if c.form.many == 1 {
		return invalid(clip(name), "this route reads one file, in field %q; send several as \"images\" to /api/ocr/batch", c.form.files[0])
	}
	return invalid(clip(name), "this route reads files in field %q, repeated", c.form.files[0])
}

// isFileLike reports whether a field is named like one that carries files: image2, images[].
func isFileLike(name string) bool {
	switch strings.TrimRight(name, "0123456789[]_-") {
	case "image", "images", "file", "files":
		return true
	}
	return false
}
