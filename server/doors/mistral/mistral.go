// Package mistral is the door for Mistral's OCR: POST /v1/ocr with a document as a data: URL,
// or with one that was uploaded to /v1/files before.
package mistral

import (
	"net/http"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/problem"
)

// Door is Mistral's OCR with its files. Every door has files of its own.
func Door() doors.Door {
	f := newFiles()
	return doors.Door{
		Name: "mistral",
		Routes: []doors.Route{
			{Method: http.MethodPost, Path: "/v1/ocr", Answer: f.ocr},
			{Method: http.MethodPost, Path: "/v1/files", Answer: f.upload},
			{Method: http.MethodGet, Path: "/v1/files", Answer: f.list, Light: true},
			{Method: http.MethodGet, Path: "/v1/files/:file", Answer: f.show, Light: true},
			{Method: http.MethodGet, Path: "/v1/files/:file/url", Answer: f.address, Light: true},
			{Method: http.MethodGet, Path: "/v1/files/:file/content", Answer: f.content, Light: true},
			{Method: http.MethodDelete, Path: "/v1/files/:file", Answer: f.remove, Light: true},
		},
		Failure: func(p problem.Body) any { return failureOf(p) },
	}
}

// failure is an error. Clients expect the detail where the status is 422, and only there.
type failure struct {
	Object  string        `json:"object"`
	Message string        `json:"message"`
	Type    string        `json:"type"`
	Param   *string       `json:"param"`
	Code    document.Code `json:"code"`
	Detail  []wrong       `json:"detail,omitempty"`
}

// wrong is one fault of a request.
type wrong struct {
	Where   []string `json:"loc"`
	Message string   `json:"msg"`
	Type    string   `json:"type"`
}

func failureOf(p problem.Body) failure {
	f := failure{Object: "error", Message: p.Detail, Type: kindOf(p.Status), Code: p.Code}
	if p.Status != http.StatusUnprocessableEntity {
		return f
	}
	for _, part := range p.Errors {
		if part.Field != "" {
			f.Detail = append(f.Detail, wrong{append([]string{"body"}, strings.Split(part.Field, ".")...), part.Detail, "value_error"})
		}
	}
	if f.Detail == nil {
		f.Detail = []wrong{{[]string{"body", "document"}, p.Detail, string(p.Code)}}
	}
	return f
}

func kindOf(status int) string {
	if status < http.StatusInternalServerError {
		return "invalid_request_error"
	}
	return "internal_server_error"
}
