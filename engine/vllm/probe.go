package vllm

import (
	"bytes"
	"context"
	"errors"
	"image"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/vllm/chat"
	"ocr-gateway/engine/vllm/endpoints"
	"ocr-gateway/model"
)

// probeTimeout limits a probe. A server with a longer queue is left to the requests that the breaker lets
// through.
const probeTimeout = 5 * time.Second

// probe reports whether the server still reads pictures, by a small white one and an answer of one token.
// That distinguishes a server that fails from one that was sent something nobody could read.
func (e *Engine) probe(ctx context.Context, at *endpoints.Server) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	selected := e.selector.get()
	request, err := e.request(selected, model.Ask{Region: document.Region{Type: document.RegionText}})
	if err != nil {
		return false
	}
	side := 2 * request.Image.TokenSide
	white := image.NewGray(image.Rect(0, 0, side, side))
	copy(white.Pix, bytes.Repeat([]byte{0xff}, len(white.Pix)))
	job := &job{selected: selected, request: request}
	if e.show(job, white) != nil {
		return false
	}
	defer job.load.Release()
	body := job.load.Ask(chat.Params{Model: e.cfg.Model, MaxTokens: 1, Sampling: request.Sampling, NoThinking: request.NoThinking})
	silence := time.AfterFunc(probeTimeout, cancel)
	defer silence.Stop()
	resp, err := e.send(ctx, at.Client(true), at, body)
	if err == nil {
		_, err = readAnswer(resp, &heard{silence: silence, limit: probeTimeout}, request.Loop)
	}
	var f *chat.Fault
	return err == nil || errors.As(err, &f) && f.Kind != chat.Broken
}
