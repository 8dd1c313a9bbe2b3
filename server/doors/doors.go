// Package doors is what the other APIs that this server speaks have in common. Each is a package
// under this one; it turns the requests of that API into options of the service, and results into
// its answers. Routing, keys and limits are the server's.
package doors

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/form"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
	"ocr-gateway/service/admission"
)

// Door is another API.
type Door struct {
	Name      string // in the setting server.doors
	KeyHeader string // header in which its clients send the API key, if not one of ours
	Routes    []Route
	// Failure is the body of an error, as that API's clients read it.
	Failure func(problem.Body) any
}

// Route is an address of a door.
type Route struct {
	Method string
	Path   string // a segment that begins with a colon is a parameter
	Answer func(*Call) error
	// Light marks a route that reads no document and so needs no place among those that do.
	Light bool
}

// Call is one request.
type Call struct {
	Request  *http.Request
	Response http.ResponseWriter
	Param    func(name string) string
	ID       string // of the answer
	Client   string // who calls; clients do not see each other's work
	Version  string // of this program
	HTTPS    bool   // the client connected over HTTPS
	Service  *service.Service
	Jobs     Jobs
	Decoder  form.Decoder
	Ticket   *admission.Ticket // nil where the route is Light
	// Fetch gets the document at the address that a field holds, where that is allowed.
	Fetch func(field, address string) (*document.Source, error)
	// Receive calls read with the request's body, decompressed and within its limits.
	Receive func(read func(io.Reader) error) error
}

// Raw takes the body as a file.
func (c *Call) Raw(name string) (*form.Foreign, error) {
	return c.take(func(body io.Reader) (*form.Foreign, error) { return c.Decoder.Raw(name, body) })
}

// Form reads a form whose files are in the named field, or in any if it is "".
func (c *Call) Form(field string) (*form.Foreign, error) {
	return c.take(func(body io.Reader) (*form.Foreign, error) {
		return c.Decoder.Form(c.Request.Header.Get("Content-Type"), field, body)
	})
}

// JSON reads a JSON object into a value, as form.Decoder.JSON does.
func (c *Call) JSON(into any, files ...string) (*form.Foreign, error) {
	return c.take(func(body io.Reader) (*form.Foreign, error) { return c.Decoder.JSON(body, files, into) })
}

func (c *Call) take(read func(io.Reader) (*form.Foreign, error)) (got *form.Foreign, err error) {
	err = c.Receive(func(body io.Reader) (err error) {
		got, err = read(body)
		return err
	})
	return got, err
}

// One returns the only file of a request; the problem of none or several names the field.
func One(f *form.Foreign, field string) (*document.Source, error) {
	switch len(f.Sources) {
	case 0:
		return nil, document.Invalid(field, "there is no file in %s", field)
	case 1:
		return f.Sources[0], nil
	}
	return nil, document.Invalid(field, "there are %d files in %s; this server reads one in a request here", len(f.Sources), field)
}

// File returns the file that a member of a JSON body holds, or that is at the address given there.
func (c *Call) File(f *form.Foreign, field string, v form.FileValue) (*document.Source, error) {
	switch {
	case v.Address != "":
		src, err := c.Fetch(field, v.Address)
		if err == nil {
			f.Sources = append(f.Sources, src) // which close it
		}
		return src, err
	case v.Source == 0:
		return nil, document.Invalid(field, "%s is missing", field)
	}
	return f.Sources[v.Source-1], nil
}

// Read reads a document with options of service.Document by their names.
func (c *Call) Read(src *document.Source, values map[string]string) (service.Reading, error) {
	opts, err := c.start(values)
	if err != nil {
		return service.Reading{}, err
	}
	res, err := c.Service.Read(c.Request.Context(), src, opts, nil)
	if err != nil {
		return service.Reading{}, err
	}
	res.ID = c.ID
	return service.Reading{Source: src, Options: opts.Options, Result: res}, nil
}

// ReadAll reads several documents with the same options. A file that fails leaves the others
// alone; when all fail, the error says why.
func (c *Call) ReadAll(sources []*document.Source, values map[string]string) ([]service.Item, error) {
	opts, err := c.start(values)
	if err != nil {
		return nil, err
	}
	all, err := c.Service.ReadAll(c.Request.Context(), sources, opts)
	if err != nil {
		return nil, err
	}
	return all.Items, nil
}

// start waits for a place.
func (c *Call) start(values map[string]string) (service.Options, error) {
	opts, err := c.Service.Parse(service.Document, values)
	if err == nil {
		err = opts.Start(c.Request.Context(), c.Ticket)
	}
	return opts, err
}

// Format writes what was read in one of the service's formats, by name.
func (c *Call) Format(name string, read service.Reading) (string, error) {
	for _, f := range c.Service.Formats() {
		if f.Name != name {
			continue
		}
		var b strings.Builder
		if err := f.Encode(c.Request.Context(), &b, read); err != nil {
			return "", document.Problemf(document.CodeInternal, document.PhaseFormat, "the result could not be written as %s", name).Because(err)
		}
		return b.String(), nil
	}
	return "", document.Invalid("format", "this server does not write %s", clip.Text(name))
}

// Address returns the URL of a path of this server, as the client called it.
func (c *Call) Address(path string) string {
	scheme := "http"
	if c.HTTPS {
		scheme = "https"
	}
	return scheme + "://" + c.Request.Host + path
}

// Send answers with JSON.
func (c *Call) Send(status int, v any) error {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return c.SendText(status, "application/json", b.String())
}

// SendText answers with text of a media type.
func (c *Call) SendText(status int, media, text string) error {
	c.Response.Header().Set("Content-Type", media)
	c.Response.WriteHeader(status)
	_, _ = io.WriteString(c.Response, text) // an error means that the client has gone, which the server notices
	return nil
}
