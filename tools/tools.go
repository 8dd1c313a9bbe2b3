// Package tools offers tools to language models by the Model Context Protocol, with which they
// have documents read, whatever transport brings their calls.
package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

// Host does the work of tools. Its errors are shown to the model through said.
type Host interface {
	// Read reads a file. job is not empty where that takes long and goes on.
	Read(ctx context.Context, f File, kind service.Kind, values map[string]string) (res *document.Result, job string, err error)
	// Extract finds the fields of the value schema in a file.
	Extract(ctx context.Context, f File, values map[string]string) (*document.Extraction, error)
	// Job is what a job has read; nil while it goes on.
	Job(ctx context.Context, id string) (*document.Result, error)
}

// File names a file in the input of a tool.
type File struct {
	Path     string `json:"path,omitempty" jsonschema:"path of the file"`
	Content  string `json:"content,omitempty" jsonschema:"the file as base64 or as a data: URL; an https address where this server fetches those"`
	Pages    string `json:"pages,omitempty" jsonschema:"pages to read, such as 1-3,7 or r2-r1 for the last two; all when absent"`
	Password string `json:"password,omitempty" jsonschema:"opens an encrypted PDF"`
}

func (f File) values() map[string]string {
	return map[string]string{"pages": f.Pages, "password": f.Password}
}

type documentInput struct {
	File
	Format string `json:"format,omitempty" jsonschema:"markdown, the default, or text"`
}

type imageInput struct {
	File
	Task string `json:"task,omitempty" jsonschema:"text, the default, table, formula or document"`
}

type extractInput struct {
	File
	Schema any `json:"schema" jsonschema:"a JSON example of the wanted fields, their values empty, or a JSON Schema"`
}

type jobInput struct {
	ID string `json:"id" jsonschema:"the job's id"`
}

// How a tool names a file.
const (
	ByContent = "content"
	ByPath    = "path"
)

// NewServer offers the tools of a host. by is how they name files.
func NewServer(version, by string, h Host) *sdk.Server {
	s := sdk.NewServer(&sdk.Implementation{Name: "ocr-gateway", Version: version}, nil)
	t := tools{h}
	offer(s, by, "ocr_document", "Reads a PDF or image as Markdown or plain text, with titles, tables and formulas in reading order.", t.document)
	offer(s, by, "ocr_image", "Reads one image as text, as a table, as a formula in LaTeX or as a document.", t.image)
	offer(s, by, "extract", "Finds fields in a document by a JSON example or a JSON Schema, and says on which page each stands.", t.extract)
	job := "Says how far a job is that was submitted to /api/ocr/jobs, and gives its Markdown when it has ended."
	if by == ByPath {
		job = "Gives the Markdown of a document that takes long, when it is read, by the id that ocr_document gave."
	}
	sdk.AddTool(s, &sdk.Tool{Name: "get_job", Description: job}, t.job)
	return s
}

// offer adds a tool that takes a file.
func offer[In any](s *sdk.Server, by, name, description string, do sdk.ToolHandlerFor[In, any]) {
	schema, err := jsonschema.For[In](nil)
	if err != nil {
		panic(err) // the type is ours
	}
	for _, other := range []string{ByContent, ByPath} {
		if other != by {
			delete(schema.Properties, other)
		}
	}
	schema.PropertyOrder = nil
	schema.Required = append(schema.Required, by)
	sdk.AddTool(s, &sdk.Tool{Name: name, Description: description, InputSchema: schema}, do)
}

type tools struct{ host Host }

func (t tools) document(ctx context.Context, _ *sdk.CallToolRequest, in documentInput) (*sdk.CallToolResult, any, error) {
	if in.Format != "" && in.Format != "markdown" && in.Format != "text" {
		return nil, nil, said(document.Invalid("format", "format must be markdown or text"))
	}
	values := in.values()
	values["table_format"] = string(document.TableMarkdown)
	res, job, err := t.host.Read(ctx, in.File, service.Document, values)
	switch {
	case err != nil:
		return nil, nil, said(err)
	case job != "":
		return text("The document takes long and is still being read. Ask get_job for it, with the id " + job + "."), nil, nil
	case in.Format == "text":
		return text(withFaults(res.Text, res)), nil, nil
	}
	return text(service.Whole(res)), nil, nil
}

func (t tools) image(ctx context.Context, _ *sdk.CallToolRequest, in imageInput) (*sdk.CallToolResult, any, error) {
	values := in.values()
	values["task"] = in.Task
	res, job, err := t.host.Read(ctx, in.File, service.Recognize, values)
	switch {
	case err != nil:
		return nil, nil, said(err)
	case job != "":
		return text("The image takes long and is still being read. Ask get_job for it, with the id " + job + "."), nil, nil
	case in.Task == "" || in.Task == string(document.TaskText):
		return text(withFaults(res.Text, res)), nil, nil
	}
	return text(service.Whole(res)), nil, nil
}

// withFaults adds what could not be read to plain text, which has no comments.
func withFaults(content string, res *document.Result) string {
	for _, f := range service.Faults(res) {
		content += "\n\n[not read: " + f.String() + "]"
	}
	return strings.TrimSpace(content)
}

func (t tools) extract(ctx context.Context, _ *sdk.CallToolRequest, in extractInput) (*sdk.CallToolResult, any, error) {
	schema, err := json.Marshal(in.Schema)
	if err != nil {
		return nil, nil, err
	}
	values := in.values()
	values["schema"] = string(schema)
	found, err := t.host.Extract(ctx, in.File, values)
	if err != nil {
		return nil, nil, said(err)
	}
	b, err := json.Marshal(found)
	if err != nil {
		return nil, nil, err
	}
	return text(string(b)), nil, nil
}

func (t tools) job(ctx context.Context, _ *sdk.CallToolRequest, in jobInput) (*sdk.CallToolResult, any, error) {
	res, err := t.host.Job(ctx, in.ID)
	switch {
	case err != nil:
		return nil, nil, said(err)
	case res == nil:
		return text("The job has not ended yet."), nil, nil
	}
	return text(service.Whole(res)), nil, nil
}

// said makes an error what the model is told: what is wrong, without our internal cause.
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
