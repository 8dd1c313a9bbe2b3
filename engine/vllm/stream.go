package vllm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/sashabaranov/go-openai"

	"ocr-gateway/document"
)

// Limits on what a server may send for one region.
const (
	maxEvent   = 1 << 20 // bytes of one event; the largest seen has 30 KB
	maxContent = 1 << 20 // bytes of text; 8192 tokens are some 40 KB
)

var (
	errCut       = errors.New("the answer ended in the middle")
	errTooLong   = errors.New("the answer is too long")
	errMalformed = errors.New("the answer is not an event stream of chat completion chunks")
)

// answer is what a server said about one region.
type answer struct {
	text       string
	finish     openai.FinishReason
	looped     bool // the model repeated itself; text ends with one copy
	confidence *float64
	usage      document.Usage // of this request, as far as it came
}

// chunk is what is used of one event: go-openai's type of all of it takes a fifth more
// time and nearly twice the memory, and there is one for each token. A server that fails in the middle sends an error in place of choices,
// with status 200 long sent.
type chunk struct {
	Choices []struct {
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
		Logprobs     *openai.ChatCompletionStreamChoiceLogprobs `json:"logprobs"`
		FinishReason openai.FinishReason                        `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	} `json:"usage"`
	Error json.RawMessage `json:"error"`
}

var lineReaders = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}

// finishRepetition is vLLM's own reason, from its repetition_detection.
const finishRepetition = openai.FinishReason("repetition")

// readAnswer reads a stream of server-sent events until [DONE], the end of the
// stream or a loop of at least rule. It ends with an error when the answer is not
// complete; what it had cost until then comes beside the error.
func readAnswer(r io.Reader, rule loopRule) (got answer, err error) {
	lines := lineReaders.Get().(*bufio.Reader)
	lines.Reset(r)
	defer func() {
		lines.Reset(nil)
		lineReaders.Put(lines)
	}()
	var (
		text  strings.Builder
		probs meanProbability
		loop  = loopWatch{rule: rule}
		long  []byte // for events longer than the reader's buffer
		parts int    // with text in them
	)
	defer func() {
		if got.usage.CompletionTokens == 0 { // the server counts only at the end, or not at all
			got.usage.CompletionTokens = parts // at least so many: a part has a token or more
		}
	}()
	for {
		data, err := nextEvent(lines, &long)
		if err != nil {
			return got, err
		}
		if string(data) == "[DONE]" {
			break
		}
		var c chunk
		if err := json.Unmarshal(data, &c); err != nil {
			return got, errors.Join(errMalformed, err)
		}
		if len(c.Error) > 0 && string(c.Error) != "null" {
			return got, parseFault(200, data)
		}
		if c.Usage != nil {
			got.usage.PromptTokens, got.usage.CompletionTokens = c.Usage.PromptTokens, c.Usage.CompletionTokens
		}
		if len(c.Choices) == 0 {
			continue
		}
		choice := &c.Choices[0]
		text.WriteString(choice.Delta.Content)
		if choice.Delta.Content != "" {
			parts++
		}
		probs.add(choice.Logprobs)
		if choice.FinishReason != "" {
			got.finish = choice.FinishReason
		}
		if text.Len() > maxContent {
			return got, errTooLong
		}
		if at, found := loop.look(text.String()); found {
			got.text, got.looped, got.confidence = text.String()[:at], true, probs.mean()
			return got, nil
		}
	}
	got.text, got.confidence = text.String(), probs.mean()
	switch got.finish {
	case "":
		return got, errCut
	case "abort", "error": // vLLM's, when it gives up a request
		return got, errCut
	case openai.FinishReasonLength:
		if at, found := findLoop(got.text, cutRule); found {
			got.text, got.looped = got.text[:at], true
		}
	case finishRepetition:
		if at, found := findLoop(got.text, serverRule); found {
			got.text = got.text[:at]
		}
		got.looped = true
	}
	return got, nil
}

// nextEvent gives the data of the next event, valid until the next call. vLLM
// and its routers write each event on one line; comments and other fields are passed over.
func nextEvent(r *bufio.Reader, long *[]byte) ([]byte, error) {
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			*long = append((*long)[:0], line...)
			for errors.Is(err, bufio.ErrBufferFull) && len(*long) <= maxEvent {
				line, err = r.ReadSlice('\n')
				*long = append(*long, line...)
			}
			if len(*long) > maxEvent {
				return nil, errTooLong
			}
			line = *long
		}
		if data, ok := bytes.CutPrefix(line, []byte("data:")); ok && (err == nil || errors.Is(err, io.EOF)) {
			if data = bytes.TrimSpace(data); len(data) > 0 {
				return data, nil
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil, errCut
		case err != nil:
			return nil, err
		}
	}
}

// meanProbability is over the tokens of an answer.
type meanProbability struct {
	sum float64
	n   int
}

func (m *meanProbability) add(l *openai.ChatCompletionStreamChoiceLogprobs) {
	if l == nil {
		return
	}
	for _, t := range l.Content {
		m.sum += math.Exp(min(t.Logprob, 0))
		m.n++
	}
}

// mean is nil when no probabilities came.
func (m *meanProbability) mean() *float64 {
	if m.n == 0 {
		return nil
	}
	v := m.sum / float64(m.n)
	return &v
}
