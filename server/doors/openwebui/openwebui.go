// Package openwebui is the door for Open WebUI's external document loader: one PUT with the file
// as its body, answered with text and metadata.
package openwebui

import (
	"net/http"
	"net/url"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

// Door is Open WebUI's external document loader.
func Door() doors.Door {
	return doors.Door{
		Name:    "openwebui",
		Routes:  []doors.Route{{Method: http.MethodPut, Path: "/process", Answer: process}},
		Failure: func(p problem.Body) any { return failure{p.Detail, p.Code} },
	}
}

// failure is an error; the loader shows its detail.
type failure struct {
	Detail string        `json:"detail"`
	Code   document.Code `json:"code"`
}

// loaded is one LangChain document.
type loaded struct {
	PageContent string   `json:"page_content"`
	Metadata    metadata `json:"metadata"`
}

// metadata goes into Open WebUI's vector store, which takes flat values only.
type metadata struct {
	Source string          `json:"source"`
	Page   int             `json:"page"` // from 0, as LangChain counts
	Label  int             `json:"page_label"`
	Pages  int             `json:"total_pages"`
	Engine string          `json:"processing_engine"`
	Status document.Status `json:"status"`
}

// process answers with a document for each page that has text, or with an empty one.
func process(c *doors.Call) error {
	name, err := url.PathUnescape(c.Request.Header.Get("X-Filename"))
	if err != nil {
		name = c.Request.Header.Get("X-Filename")
	}
	sent, err := c.Raw(name)
	if err != nil {
		return err
	}
	defer sent.Close()
	read, err := c.Read(sent.Sources[0], map[string]string{"table_format": string(document.TableMarkdown)})
	if err != nil {
		return err
	}
	res, documents := read.Result, []loaded{}
	for _, p := range res.Pages {
		if text := service.Markdown(p); text != "" {
			documents = append(documents, loaded{text, metadata{sent.Sources[0].Name, p.Number - 1, p.Number, res.Summary.Total, res.Engine, p.Status}})
		}
	}
	if len(documents) == 0 {
		return document.Problemf(document.CodeUnreadable, document.PhaseRecognize, "No extractable text: every page is blank")
	}
	return c.Send(http.StatusOK, documents)
}
