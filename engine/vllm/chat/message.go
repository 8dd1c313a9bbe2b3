package chat

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"hash/maphash"
	"image"
	"image/jpeg"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"ocr-gateway/model"
)

// Message is the part of a request's body that all attempts share, the message with the image, in a reused
// buffer. It is held by its maker and by every reader given to the HTTP transport, which may still be reading
// when the answer has come.
type Message struct {
	text     []byte // never changed once it is made
	from, to int    // of the image in it, as base64
	holders  atomic.Int32
}

// Body is a request's whole body.
type Body struct {
	message *Message
	params  []byte
}

var (
	messages = sync.Pool{New: func() any { return new(Message) }}
	scratch  = sync.Pool{New: func() any { return new([]byte) }}
)

// maxPooled keeps buffers that grew for one huge page from staying forever.
const maxPooled = 4 << 20

// NewMessage writes the message: the picture, which encode appends as a JPEG, then the prompt if there is
// one; the models were trained on this order. The caller must Release it.
func NewMessage(prompt string, encode func(dst []byte) ([]byte, error)) (*Message, error) {
	m := messages.Get().(*Message)
	m.text = m.text[:0]
	m.holders.Store(1)
	if err := m.write(prompt, encode); err != nil {
		m.Release()
		return nil, err
	}
	return m, nil
}

// Bytes is the length of the message.
func (m *Message) Bytes() int64 { return int64(len(m.text)) }

// Hash identifies the message.
func (m *Message) Hash() uint64 { return maphash.Bytes(seed, m.text) }

var seed = maphash.MakeSeed()

// Release returns the buffer once nobody holds it.
func (m *Message) Release() {
	if m.holders.Add(-1) == 0 && cap(m.text) <= maxPooled {
		messages.Put(m)
	}
}

// Size is the body's length in bytes.
func (b Body) Size() int64 { return int64(len(b.message.text) + len(b.params)) }

// Reader returns a new reader of the body.
func (b Body) Reader() io.ReadCloser {
	b.message.holders.Add(1)
	return &bodyReader{
		Reader:  io.MultiReader(bytes.NewReader(b.message.text), bytes.NewReader(b.params)),
		message: b.message,
	}
}

type bodyReader struct {
	io.Reader
	message *Message
	closed  atomic.Bool
}

func (r *bodyReader) Close() error {
	if !r.closed.Swap(true) {
		r.message.Release()
	}
	return nil
}

func (m *Message) write(prompt string, encode func(dst []byte) ([]byte, error)) error {
	buf := scratch.Get().(*[]byte)
	defer scratch.Put(buf)
	encoded, err := encode((*buf)[:0])
	if err != nil {
		return err
	}
	if cap(encoded) <= maxPooled {
		*buf = encoded
	}
	b := append(m.text, `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,`...)
	m.from = len(b)
	b = base64.StdEncoding.AppendEncode(b, encoded)
	m.to = len(b)
	b = append(b, `"}}`...)
	if prompt != "" {
		b = appendString(append(b, `,{"type":"text","text":`...), prompt)
		b = append(b, '}')
	}
	m.text = append(b, `]}]`...)
	return nil
}

// Image decodes the picture of the message.
func (m *Message) Image() (image.Image, error) {
	return jpeg.Decode(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(m.text[m.from:m.to])))
}

// Params are the fields beside the message.
type Params struct {
	Model             string
	MaxTokens         int
	Sampling          model.Sampling
	NoThinking        bool
	Logprobs          bool
	DetectRepetitions bool
	Schema            []byte // that the answer must follow; nil for free text
}

// The server's own loop detection, in tokens. Rows of dots or empty cells are not loops, so it takes many
// copies; longer patterns are left to loop.go.
const serverLoopRule = `,"repetition_detection":{"max_pattern_size":32,"min_count":64}`

// Ask completes the message with the parameters, which depend on server and attempt.
func (m *Message) Ask(q Params) Body {
	b := append(make([]byte, 0, 512+len(q.Schema)), `,"model":`...)
	b = appendString(b, q.Model)
	// Usage comes with every part, because an answer that loops is not read to its end.
	b = append(b, `,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true},"max_tokens":`...)
	b = strconv.AppendInt(b, int64(q.MaxTokens), 10)
	b = appendSampling(b, q.Sampling)
	if q.Logprobs {
		b = append(b, `,"logprobs":true`...)
	}
	if q.DetectRepetitions {
		b = append(b, serverLoopRule...)
	}
	if q.Schema != nil {
		// guided_json, the older way, is silently ignored by current servers.
		b = append(b, `,"response_format":{"type":"json_schema","json_schema":{"name":"fields","strict":true,"schema":`...)
		b = append(append(b, q.Schema...), `}}`...)
	}
	if q.NoThinking {
		b = append(b, `,"chat_template_kwargs":{"enable_thinking":false}`...)
	}
	return Body{message: m, params: append(b, '}')}
}

// appendSampling omits what the model leaves to the server.
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
