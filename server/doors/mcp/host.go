package mcp

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
	"ocr-gateway/service"
	"ocr-gateway/tools"
)

// host does the work of one request. It ends with the request, not with the context that tools are
// called with.
type host struct {
	call *doors.Call
	used atomic.Bool // the request has begun to read a document: it has room for one only
}

// Read reads a file with options of a kind.
func (h *host) Read(_ context.Context, f tools.File, kind service.Kind, values map[string]string) (res *document.Result, job string, err error) {
	err = h.with(f, kind, values, func(src *document.Source, opts service.Options) (err error) {
		res, err = h.call.Service.Read(h.call.Request.Context(), src, opts, nil)
		return err
	})
	return res, "", err
}

// Extract finds fields in a file.
func (h *host) Extract(_ context.Context, f tools.File, values map[string]string) (found *document.Extraction, err error) {
	err = h.with(f, service.Extract, values, func(src *document.Source, opts service.Options) (err error) {
		found, err = h.call.Service.Extract(h.call.Request.Context(), src, opts)
		return err
	})
	if found != nil {
		found.ID = h.call.ID
	}
	return found, err
}

// Job returns a job that was submitted to the server.
func (h *host) Job(_ context.Context, id string) (*document.Result, error) {
	ctx := h.call.Request.Context()
	job, err := h.call.Jobs.Wait(ctx, id, 0)
	switch {
	case err != nil:
		return nil, err
	case job.Problem != nil:
		return nil, job.Problem
	case !job.Ended:
		return nil, nil
	}
	got, err := h.call.Jobs.Result(ctx, id)
	if err != nil {
		return nil, err
	}
	defer got.Source.Close()
	return got.Result, nil
}

// with opens a file and waits for a place to work on it.
func (h *host) with(f tools.File, kind service.Kind, values map[string]string, work func(*document.Source, service.Options) error) error {
	if h.used.Swap(true) {
		return document.Invalid("content", "one document can be read in a request")
	}
	opts, err := h.call.Service.Parse(kind, values)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"content": f.Content})
	if err != nil {
		return err
	}
	var asked struct {
		Content form.FileValue `json:"content"`
	}
	sent, err := h.call.Decoder.JSON(strings.NewReader(string(body)), []string{"content"}, &asked)
	if err != nil {
		return err
	}
	defer sent.Close()
	src, err := h.call.File(sent, "content", asked.Content)
	if err == nil {
		err = opts.Start(h.call.Request.Context(), h.call.Ticket)
	}
	if err != nil {
		return err
	}
	return work(src, opts)
}
