// Package docling is the door for docling-serve, version 1 of its API: documents as form or
// as JSON, converted while the client waits or as a task.
package docling

import (
	"context"
	"net/http"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

// Door is docling-serve. Its clients send the key as X-Api-Key, as ours do.
func Door() doors.Door {
	return doors.Door{
		Name: "docling",
		Routes: []doors.Route{
			{Method: http.MethodPost, Path: "/v1/convert/file", Answer: fromFile(convert)},
			{Method: http.MethodPost, Path: "/v1/convert/source", Answer: fromSource(convert)},
			{Method: http.MethodPost, Path: "/v1/convert/file/async", Answer: fromFile(submit)},
			{Method: http.MethodPost, Path: "/v1/convert/source/async", Answer: fromSource(submit)},
			{Method: http.MethodGet, Path: "/v1/status/poll/:task", Answer: poll, Light: true},
			{Method: http.MethodGet, Path: "/v1/result/:task", Answer: result, Light: true},
		},
		Failure: func(p problem.Body) any { return failure{p.Detail} },
	}
}

// failure is an error as FastAPI writes it.
type failure struct {
	Detail string `json:"detail"`
}

// work is what is done with a document.
type work func(c *doors.Call, src *document.Source, opts options) error

// fromFile reads a form with the options beside the file.
func fromFile(then work) func(*doors.Call) error {
	return func(c *doors.Call) error { return readForm(c, then) }
}

// fromSource reads JSON.
func fromSource(then work) func(*doors.Call) error {
	return func(c *doors.Call) error { return readJSON(c, then) }
}

func readForm(c *doors.Call, then work) error {
	sent, err := c.Form("files")
	if err != nil {
		return err
	}
	defer sent.Close()
	src, err := doors.One(sent, "files")
	if err != nil {
		return err
	}
	if err := inBody(sent.Values.Get("target_type")); err != nil {
		return err
	}
	opts, err := parse(sent.Values)
	if err != nil {
		return err
	}
	return then(c, src, opts)
}

// sourceRequest is a conversion as JSON.
type sourceRequest struct {
	Options valuesOfJSON `json:"options"`
	Sources []struct {
		Kind     string         `json:"kind"`
		Content  form.FileValue `json:"base64_string"`
		Filename string         `json:"filename"`
		URL      form.FileValue `json:"url"`
	} `json:"sources"`
	Target struct {
		Kind string `json:"kind"`
	} `json:"target"`
	Callbacks []any `json:"callbacks"`
}

func readJSON(c *doors.Call, then work) error {
	var asked sourceRequest
	sent, err := c.JSON(&asked, "base64_string", "url")
	if err != nil {
		return err
	}
	defer sent.Close()
	if err := inBody(asked.Target.Kind); err != nil {
		return err
	}
	if len(asked.Callbacks) > 0 {
		return document.Invalid("callbacks", "this server calls nobody back")
	}
	if len(asked.Sources) != 1 {
		return document.Invalid("sources", "there are %d sources; this server reads one in a request here", len(asked.Sources))
	}
	one := asked.Sources[0]
	field, content := "base64_string", one.Content
	switch one.Kind {
	case "file":
	case "http":
		field, content = "url", one.URL
	default:
		return document.Invalid("sources", "a source of kind %q cannot be read; send kind \"file\" with base64_string and filename", clip.Text(one.Kind))
	}
	src, err := c.File(sent, field, content)
	if err != nil {
		return err
	}
	if one.Filename != "" {
		src.Name = clip.FileName(one.Filename)
	}
	opts, err := parse(asked.Options)
	if err != nil {
		return err
	}
	return then(c, src, opts)
}

// inBody refuses targets other than the response itself. docling's own client falls back to that
// when it is refused in these words.
func inBody(target string) error {
	switch target {
	case "", "inbody":
		return nil
	case "presigned_url":
		return document.Invalid("target", "a target of kind presigned_url needs artifact storage to be configured, which this server does not have; ask for inbody")
	}
	return document.Invalid("target", "a target of kind %q is not known here; ask for inbody", clip.Text(target))
}

// converted is the answer.
type converted struct {
	Document       exported       `json:"document"`
	Status         string         `json:"status"` // success or partial_success
	Errors         []fault        `json:"errors"`
	ProcessingTime float64        `json:"processing_time"` // seconds
	Timings        map[string]any `json:"timings"`
}

// fault is something that could not be read.
type fault struct {
	Component string `json:"component_type"` // of docling's: document_backend or model
	Module    string `json:"module_name"`
	Message   string `json:"error_message"`
	Page      int    `json:"page_no"`
}

func convert(c *doors.Call, src *document.Source, opts options) error {
	start := time.Now()
	if opts.timeout > 0 {
		ctx, cancel := context.WithTimeout(c.Request.Context(), opts.timeout)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
	}
	read, err := c.Read(src, opts.values)
	if err != nil {
		return err
	}
	if opts.abort && read.Result.Status != document.StatusOK {
		return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "not all of the document could be read, and abort_on_error asks for all: %s", faultsOf(read.Result))
	}
	return send(c, read, opts, time.Since(start))
}

// send answers with what was read.
func send(c *doors.Call, read service.Reading, opts options, took time.Duration) (err error) {
	res := read.Result
	answer := converted{Status: "success", Errors: []fault{}, Timings: map[string]any{}}
	for _, f := range service.Faults(res) {
		component := "model"
		if f.Problem.Phase == document.PhaseRaster {
			component = "document_backend"
		}
		answer.Errors = append(answer.Errors, fault{component, string(f.Problem.Phase), f.Problem.Detail, f.Page})
	}
	if res.Status != document.StatusOK {
		answer.Status = "partial_success"
	}
	if answer.Document, err = export(c, read, opts); err != nil {
		return err
	}
	answer.ProcessingTime = took.Seconds()
	return c.Send(http.StatusOK, answer)
}

func faultsOf(res *document.Result) string {
	var all []string
	for _, f := range service.Faults(res) {
		all = append(all, f.String())
	}
	return strings.Join(all, "; ")
}
