package vllm

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"ocr-gateway/model"
)

// payload is the part of a request's body that all attempts share, the message with
// the image, in a buffer that is used again. Besides its maker every reader that the
// HTTP transport got holds it, because the transport may still read when the answer is
// there already.
type payload struct {
	message  []byte // not changed once it is made
	from, to int    // of the image in it, in base64
	holders  atomic.Int32
}

// body is a request's whole body.
type body struct {
	payload *payload
	params  []byte
}

var (
	payloads = sync.Pool{New: func() any { return new(payload) }}
	scratch  = sync.Pool{New: func() any { return new([]byte) }}
)

// maxPooled keeps buffers that grew for one huge page from staying for ever.
const maxPooled = 4 << 20

func newPayload() *payload {
	p := payloads.Get().(*payload)
	p.message = p.message[:0]
	p.holders.Store(1)
	return p
}

// release gives the buffer back once nobody holds it.
func (p *payload) release() {
	if p.holders.Add(-1) == 0 && cap(p.message) <= maxPooled {
		payloads.Put(p)
	}
}

// size is the body's length in bytes.
func (b body) size() int64 { return int64(len(b.payload.message) + len(b.params)) }

// reader opens the body once more.
func (b body) reader() io.ReadCloser {
	b.payload.holders.Add(1)
	return &payloadReader{
		Reader:  io.MultiReader(bytes.NewReader(b.payload.message), bytes.NewReader(b.params)),
		payload: b.payload,
	}
}

type payloadReader struct {
	io.Reader
	payload *payload
	closed  atomic.Bool
}

func (r *payloadReader) Close() error {
	if !r.closed.Swap(true) {
		r.payload.release()
	}
	return nil
}

// image starts the body with the message: the picture, then the prompt if there is one,
// in the order that the models were trained on.
func (p *payload) image(e encoder, img image.Image, prompt string, quality int) error {
	buf := scratch.Get().(*[]byte)
	defer scratch.Put(buf)
	encoded, err := e.append((*buf)[:0], img, quality)
	if err != nil {
		return err
	}
	if cap(encoded) <= maxPooled {
		*buf = encoded
	}
	b := append(p.message, `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,`...)
	p.from = len(b)
	b = base64.StdEncoding.AppendEncode(b, encoded)
	p.to = len(b)
	b = append(b, `"}}`...)
	if prompt != "" {
		b = appendString(append(b, `,{"type":"text","text":`...), prompt)
		b = append(b, '}')
	}
	p.message = append(b, `]}]`...)
	return nil
}

// decode returns the image as it was encoded.
func (p *payload) decode() (image.Image, error) {
	return jpeg.Decode(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(p.message[p.from:p.to])))
}

// params are the fields beside the message.
type params struct {
	model             string
	maxTokens         int
	sampling          model.Sampling
	noThinking        bool
	logprobs          bool
	detectRepetitions bool
	schema            []byte // that the answer is bound to; nil for free text
}

// The server's own loop detection, in tokens. Rows of dots or of empty cells are no
// loops, so it takes many copies; longer patterns are left to loop.go.
const serverLoopRule = `,"repetition_detection":{"max_pattern_size":32,"min_count":64}`

// ask ends the message with the parameters, which depend on server and attempt.
func (p *payload) ask(q params) body {
	b := append(make([]byte, 0, 512+len(q.schema)), `,"model":`...)
	b = appendString(b, q.model)
	// With every part, because an answer that loops is left before its end.
	b = append(b, `,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true},"max_tokens":`...)
	b = strconv.AppendInt(b, int64(q.maxTokens), 10)
	b = appendSampling(b, q.sampling)
	if q.logprobs {
		b = append(b, `,"logprobs":true`...)
	}
	if q.detectRepetitions {
		b = append(b, serverLoopRule...)
	}
	if q.schema != nil {
		// guided_json, the older way, is passed over by current servers without a word.
		b = append(b, `,"response_format":{"type":"json_schema","json_schema":{"name":"fields","strict":true,"schema":`...)
		b = append(append(b, q.schema...), `}}`...)
	}
	if q.noThinking {
		b = append(b, `,"chat_template_kwargs":{"enable_thinking":false}`...)
	}
	return body{payload: p, params: append(b, '}')}
}

// appendSampling leaves out what the model leaves to the server.
func appendSampling(b []byte, s model.Sampling) []byte {
	b = appendFloat(append(b, `,"temperature":`...), s.Temperature)
	if s.TopP != 0 {
		b = appendFloat(append(b, `,"top_p":`...), s.TopP)
	}
	if s.TopK != 0 {
		b = strconv.AppendInt(append(b, `,"top_k":`...), int64(s.TopK), 10)
	}
	if s.RepetitionPenalty != 0 {
		b = appendFloat(append(b, `,"repetition_penalty":`...), s.RepetitionPenalty)
	}
	if s.Seed != 0 {
		b = strconv.AppendInt(append(b, `,"seed":`...), int64(s.Seed), 10)
	}
	return b
}

func appendFloat(b []byte, f float64) []byte { return strconv.AppendFloat(b, f, 'f', -1, 64) }

func appendString(b []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string always marshals
	return append(b, quoted...)
}
