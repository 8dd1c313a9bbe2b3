// Package tika is the door for Apache Tika's server: PUT /tika and /rmeta, with text or
// metadata as the answer.
package tika

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

// Door is Tika's server, as of version 3.
func Door() doors.Door {
	return doors.Door{
		Name: "tika",
		Routes: []doors.Route{
			{Method: http.MethodGet, Path: "/tika", Answer: hello, Light: true},
			{Method: http.MethodGet, Path: "/version", Answer: version, Light: true},
			{Method: http.MethodPut, Path: "/tika", Answer: byAccept},
			{Method: http.MethodPut, Path: "/tika/:handler", Answer: one},
			{Method: http.MethodPost, Path: "/tika/form", Answer: byAccept},
			{Method: http.MethodPost, Path: "/tika/form/:handler", Answer: one},
			{Method: http.MethodPut, Path: "/rmeta", Answer: list},
			{Method: http.MethodPost, Path: "/rmeta/form", Answer: list},
			{Method: http.MethodPost, Path: "/rmeta/form/:handler", Answer: list},
			{Method: http.MethodPut, Path: "/rmeta/:handler", Answer: list},
		},
		Failure: func(p problem.Body) any { return []failure{{p.Detail, p.RequestID}} },
	}
}

// failure is an error where Tika's clients look for it: in the metadata.
type failure struct {
	Exception string `json:"X-TIKA:EXCEPTION:container_exception"`
	RequestID string `json:"ocr-gateway:request_id"`
}

func hello(c *doors.Call) error {
	return c.SendText(http.StatusOK, "text/plain", "This is ocr-gateway, which answers as Apache Tika Server does. Please PUT\n")
}

// version begins with the words by which clients recognize a Tika.
func version(c *doors.Call) error {
	return c.SendText(http.StatusOK, "text/plain", "Apache Tika 3 (ocr-gateway "+c.Version+")")
}

// byAccept answers with text, HTML or metadata.
func byAccept(c *doors.Call) error {
	accept := strings.ToLower(strings.Join(c.Request.Header.Values("Accept"), ","))
	switch {
	case strings.Contains(accept, "json"):
		return one(c)
	case strings.Contains(accept, "html"), strings.Contains(accept, "xml"):
		read, err := parse(c, "html")
		if err != nil {
			return err
		}
		return c.SendText(http.StatusOK, "text/html; charset=utf-8", read["X-TIKA:content"].(string))
	}
	read, err := parse(c, "text")
	if err != nil {
		return err
	}
	return c.SendText(http.StatusOK, "text/plain; charset=utf-8", read["X-TIKA:content"].(string))
}

// one answers with the metadata of the document, its content among it.
func one(c *doors.Call) error {
	read, err := parse(c, c.Param("handler"))
	if err != nil {
		return err
	}
	return c.Send(http.StatusOK, read)
}

// list answers with the metadata of the document as a list of one: documents embedded in it are
// not read.
func list(c *doors.Call) error {
	read, err := parse(c, c.Param("handler"))
	if err != nil {
		return err
	}
	return c.Send(http.StatusOK, []map[string]any{read})
}

// parse reads the body; handler is the form in which the content is wanted.
func parse(c *doors.Call, handler string) (map[string]any, error) {
	switch handler {
	case "", "text", "body", "ignore":
	case "html", "xml":
		handler = "html"
	default:
		return nil, document.Invalid("handler", "there is no handler %q; known are text, html, xml, body and ignore", clip.Text(handler))
	}
	sent, err := receive(c)
	if err != nil {
		return nil, err
	}
	defer sent.Close()
	src, err := doors.One(sent, "the form")
	if err != nil {
		return nil, err
	}
	got, err := c.Read(src, map[string]string{"password": c.Request.Header.Get("Password")})
	if err != nil {
		return nil, err
	}
	read := metadata(got.Result, src)
	switch handler {
	case "ignore":
	case "html":
		read["X-TIKA:content"], err = c.Format("html", got)
	default:
		read["X-TIKA:content"] = got.Result.Text
	}
	return read, err
}

// receive reads the document: the whole body, or the file in a form.
func receive(c *doors.Call) (*form.Foreign, error) {
	if c.Request.Method == http.MethodPost {
		return c.Form("")
	}
	return c.Raw(nameIn(c.Request.Header))
}

// nameIn returns the file's name as Tika's clients send it.
func nameIn(h http.Header) string {
	_, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return params["filename"]
}

// metadata returns what Tika calls metadata, under its names. What could not be read is a warning
// there.
func metadata(res *document.Result, src *document.Source) map[string]any {
	head := make([]byte, 512)
	n, _ := src.Reader().Read(head) // a source is in memory or in an open file
	m := map[string]any{
		"Content-Type":          http.DetectContentType(head[:n]),
		"Content-Length":        strconv.FormatInt(src.Size, 10),
		"X-TIKA:Parsed-By":      []string{"ocr-gateway", res.Engine},
		"xmpTPg:NPages":         strconv.Itoa(res.Summary.Total),
		"ocr-gateway:pages":     fmt.Sprintf("%d of %d", res.Summary.OK+res.Summary.Partial, res.Summary.Pages),
		"ocr-gateway:status":    string(res.Status),
		"X-TIKA:embedded_depth": "0",
	}
	if src.Name != "" {
		m["resourceName"] = src.Name
	}
	var warnings []string
	for _, f := range service.Faults(res) {
		warnings = append(warnings, f.String())
	}
	if warnings != nil {
		m["X-TIKA:EXCEPTION:warn"] = warnings
	}
	return m
}
