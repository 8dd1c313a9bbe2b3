package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
	"ocr-gateway/service"
)

// tools are those of one request. Their work ends with the request, not with the context that
// they are called with.
type tools struct {
	call *doors.Call
	used atomic.Bool // a document is read: a request has one place
}

// file is in the input of all tools that read one.
type file struct {
	Content  string `json:"content" jsonschema:"the file as base64 or as a data: URL; an https address where this server fetches those"`
	Pages    string `json:"pages,omitempty" jsonschema:"pages to read, such as 1-3,7 or r2-r1 for the last two; all when absent"`
	Password string `json:"password,omitempty" jsonschema:"opens an encrypted PDF"`
}

func (f file) values() map[string]string {
	return map[string]string{"pages": f.Pages, "password": f.Password}
}

type documentInput struct {
	file
	Format string `json:"format,omitempty" jsonschema:"markdown, the default, or text"`
}

type imageInput struct {
	file
	Task string `json:"task,omitempty" jsonschema:"text, the default, table, formula or document"`
}

type extractInput struct {
	file
	Schema any `json:"schema" jsonschema:"a JSON example of the wanted fields, their values empty, or a JSON Schema"`
}

type jobInput struct {
	ID string `json:"id" jsonschema:"the job's id"`
}

func (t *tools) document(_ context.Context, _ *sdk.CallToolRequest, in documentInput) (*sdk.CallToolResult, any, error) {
	if in.Format != "" && in.Format != "markdown" && in.Format != "text" {
		return nil, nil, said(document.Invalid("format", "format must be markdown or text"))
	}
	values := in.values()
	values["table_format"] = string(document.TableMarkdown)
	res, err := t.read(in.file, service.Document, values)
	if err != nil {
		return nil, nil, err
	}
	if in.Format == "text" {
		return text(withFaults(res.Text, res)), nil, nil
	}
	return text(doors.Whole(res)), nil, nil
}

func (t *tools) image(_ context.Context, _ *sdk.CallToolRequest, in imageInput) (*sdk.CallToolResult, any, error) {
	values := in.values()
	values["task"] = in.Task
	res, err := t.read(in.file, service.Recognize, values)
	if err != nil {
		return nil, nil, err
	}
	if in.Task == "" || in.Task == string(document.TaskText) {
		return text(withFaults(res.Text, res)), nil, nil
	}
	return text(doors.Whole(res)), nil, nil
}

// withFaults adds what could not be read to plain text, which has no comments.
func withFaults(content string, res *document.Result) string {
	for _, f := range doors.Faults(res) {
		content += "\n\n[not read: " + f.String() + "]"
	}
	return strings.TrimSpace(content)
}

func (t *tools) extract(_ context.Context, _ *sdk.CallToolRequest, in extractInput) (*sdk.CallToolResult, any, error) {
	schema, err := json.Marshal(in.Schema)
	if err != nil {
		return nil, nil, err
	}
	values := in.values()
	values["schema"] = string(schema)
	var found *document.Extraction
	err = t.with(in.file, service.Extract, values, func(src *document.Source, opts service.Options) (err error) {
		found, err = t.call.Service.Extract(t.call.Request.Context(), src, opts)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	found.ID = t.call.ID
	b, err := json.Marshal(found)
	if err != nil {
		return nil, nil, err
	}
	return text(string(b)), nil, nil
}

func (t *tools) job(_ context.Context, _ *sdk.CallToolRequest, in jobInput) (*sdk.CallToolResult, any, error) {
	ctx := t.call.Request.Context()
	job, err := t.call.Jobs.Wait(ctx, in.ID, 0)
	switch {
	case err != nil:
		return nil, nil, said(err)
	case job.Problem != nil:
		return nil, nil, said(job.Problem)
	case !job.Ended:
		return text("The job has not ended yet."), nil, nil
	}
	got, err := t.call.Jobs.Result(ctx, in.ID)
	if err != nil {
		return nil, nil, said(err)
	}
	defer got.Source.Close()
	return text(doors.Whole(got.Result)), nil, nil
}

// read reads a file with options of a kind.
func (t *tools) read(f file, kind service.Kind, values map[string]string) (res *document.Result, err error) {
	err = t.with(f, kind, values, func(src *document.Source, opts service.Options) (err error) {
		res, err = t.call.Service.Read(t.call.Request.Context(), src, opts, nil)
		return err
	})
	return res, err
}

// with opens a file for work that has a place.
func (t *tools) with(f file, kind service.Kind, values map[string]string, work func(*document.Source, service.Options) error) error {
	if t.used.Swap(true) {
		return said(document.Invalid("content", "one document can be read in a request"))
	}
	opts, err := t.call.Service.Parse(kind, values)
	if err != nil {
		return said(err)
	}
	body, err := json.Marshal(map[string]string{"content": f.Content})
	if err != nil {
		return err
	}
	var asked struct {
		Content form.FileValue `json:"content"`
	}
	sent, err := t.call.Decoder.JSON(strings.NewReader(string(body)), []string{"content"}, &asked)
	if err != nil {
		return said(err)
	}
	defer sent.Close()
	src, err := t.call.File(sent, "content", asked.Content)
	if err == nil {
		err = opts.Start(t.call.Request.Context(), t.call.Ticket)
	}
	if err == nil {
		err = work(src, opts)
	}
	return said(err)
}

// said is an error as a model is told of it: what is wrong, not our cause of it.
func said(err error) error {
	if err == nil {
		return nil
	}
	p := service.Problem(err)
	if p.Retryable {
		return fmt.Errorf("%s: %s; try again later", p.Code, p.Detail)
	}
	return errors.New(string(p.Code) + ": " + p.Detail)
}

func text(s string) *sdk.CallToolResult {
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: s}}}
}
