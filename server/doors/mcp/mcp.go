// Package mcp is the door for the Model Context Protocol over streamable HTTP: tools with which a
// language model has documents read. There are no sessions: every request stands alone.
package mcp

import (
	"bytes"
	"io"
	"net/http"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/problem"
	"ocr-gateway/tools"
)

// Door is the endpoint of the protocol.
func Door() doors.Door {
	return doors.Door{
		Name:    "mcp",
		Routes:  []doors.Route{{Method: http.MethodPost, Path: "/mcp", Answer: serve}},
		Failure: func(p problem.Body) any { return failure{Version: "2.0", Error: wrong{codeServer, p.Detail, p.Code}} },
	}
}

// failure is an error from before a message was read, as JSON-RPC writes it.
type failure struct {
	Version string `json:"jsonrpc"`
	ID      any    `json:"id"` // which request is not known
	Error   wrong  `json:"error"`
}

type wrong struct {
	Code    int           `json:"code"`
	Message string        `json:"message"`
	Data    document.Code `json:"data"`
}

// codeServer is JSON-RPC's first code for errors that servers define.
const codeServer = -32000

// maxMessage bounds a message, which is held in memory: documents of 12 MiB fit as base64.
const maxMessage = 16 << 20

func serve(c *doors.Call) error {
	var message []byte
	err := c.Receive(func(body io.Reader) (err error) {
		message, err = io.ReadAll(io.LimitReader(body, maxMessage+1))
		return err
	})
	if err != nil {
		return err
	}
	if len(message) > maxMessage {
		return document.TooLarge(maxMessage)
	}
	r := c.Request.Clone(c.Request.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(message)), int64(len(message))
	r.Header.Del("Content-Encoding")
	r.Header.Set("Accept", "application/json, text/event-stream") // the answer is JSON, which clients that accept either can read
	handler := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return tools.NewServer(c.Version, tools.ByContent, &host{call: c}) }, &sdk.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, MaxRequestBodyBytes: maxMessage,
		DisableLocalhostProtection: true, // the server's own guard has let the request in
	})
	handler.ServeHTTP(c.Response, r)
	return nil
}
