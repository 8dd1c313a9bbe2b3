package client

import (
	"context"
	"encoding/base64"
	"fmt"

	"ocr-gateway/document"
)

// Document is a whole document. Text, which the contract leaves out, is among Outputs where
// Options.Formats ask for it.
type Document struct {
	document.Result
	Outputs map[string]Output `json:"outputs"` // by format name
}

// Output is a document in another format.
type Output struct {
	MediaType string `json:"media_type"`
	Encoding  string `json:"encoding"` // utf-8, or base64 for binary formats
	Content   string `json:"content"`
}

// Bytes returns the content as it belongs in a file.
func (o Output) Bytes() ([]byte, error) {
	if o.Encoding != "base64" {
		return []byte(o.Content), nil
	}
	b, err := base64.StdEncoding.DecodeString(o.Content)
	if err != nil {
		return nil, fmt.Errorf("an output of type %s: %w", o.MediaType, err)
	}
	return b, nil
}

// Document reads the pages of a document.
func (c *Client) Document(ctx context.Context, file File, opts Options) (*Document, error) {
	return call[Document](ctx, c, "/api/ocr/document", "file", []File{file}, opts)
}

// Extract finds the fields of opts.Schema in a document.
func (c *Client) Extract(ctx context.Context, file File, opts Options) (*document.Extraction, error) {
	return call[document.Extraction](ctx, c, "/api/ocr/extract", "file", []File{file}, opts)
}

// call uploads files and decodes the answer.
func call[T any](ctx context.Context, c *Client, path, field string, files []File, opts Options) (*T, error) {
	req, err := c.upload(ctx, path, field, files, opts.fields())
	if err != nil {
		return nil, err
	}
	return answerOf[T](c, req)
}
