// Package azure is the door for Azure's Document Intelligence: its models prebuilt-read and
// prebuilt-layout, whose operations are jobs here, with the searchable PDF.
package azure

import (
	"net/http"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/problem"
)

// apiVersion is the version of the API that answers are written in.
const apiVersion = "2024-11-30"

const (
	modelsPath  = "/documentintelligence/documentModels/"
	resultsPath = "/analyzeResults/"
)

// Door serves Document Intelligence.
func Door() doors.Door {
	one := modelsPath + ":model" + resultsPath + ":result"
	return doors.Door{
		Name: "azure", KeyHeader: "Ocp-Apim-Subscription-Key",
		Routes: []doors.Route{
			{Method: http.MethodPost, Path: modelsPath + ":model", Answer: analyze}, // with ":analyze" at its end
			{Method: http.MethodGet, Path: one, Answer: show, Light: true},
			{Method: http.MethodGet, Path: one + "/pdf", Answer: searchable, Light: true},
		},
		Failure: func(p problem.Body) any { return failure{faultOf(p)} },
	}
}

// failure is an error.
type failure struct {
	Error fault `json:"error"`
}

// fault is what went wrong: a class of problems, and within it the problem.
type fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"` // the parameter or member that is wrong
	Inner   struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"innererror"`
}

// classes are Azure's codes by status.
var classes = map[int]string{
	http.StatusUnauthorized: "Unauthorized", http.StatusForbidden: "Forbidden", http.StatusNotFound: "NotFound", http.StatusMethodNotAllowed: "MethodNotAllowed",
	http.StatusUnsupportedMediaType: "UnsupportedMediaType", http.StatusTooManyRequests: "TooManyRequests", http.StatusNotImplemented: "NotSupportedApi",
	http.StatusServiceUnavailable: "ServiceUnavailable", http.StatusGatewayTimeout: "Timeout",
}

// details are Azure's codes for ours; those without one keep ours.
var details = map[document.Code]string{
	document.CodeUnreadable: "InvalidContent", document.CodePasswordRequired: "InvalidContent", document.CodeUnsupportedMedia: "UnsupportedContent",
	document.CodeTooLarge: "InvalidContentLength", document.CodeTooManyPixels: "InvalidContentDimensions",
	document.CodePagesOutOfRange: "InvalidParameter", document.CodeInvalidRequest: "InvalidParameter",
}

func faultOf(p problem.Body) fault {
	f := fault{Code: classes[p.Status], Message: p.Detail}
	switch {
	case f.Code != "":
	case p.Status < http.StatusInternalServerError:
		f.Code = "InvalidRequest"
	default:
		f.Code = "InternalServerError"
	}
	f.Inner.Code, f.Inner.Message = details[p.Code], p.Detail
	if f.Inner.Code == "" {
		f.Inner.Code = string(p.Code)
	}
	if len(p.Errors) > 0 {
		f.Target = p.Errors[0].Field
	}
	return f
}
