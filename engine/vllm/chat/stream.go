// Package chat implements the protocol of vLLM servers, OpenAI's chat completions: it writes requests with an
// image, and reads streamed answers, their loops and errors.
package chat

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
	"ocr-gateway/model"
)

// Limits on what a server may send for one region.
const (
	maxEvent   = 1 << 20 // bytes of one event; the largest seen has 30 KB
	maxContent = 1 << 20 // bytes of text; 8192 tokens are some 40 KB
)

// The reasons why an answer cannot be read.
var (
	ErrCut       = errors.New("the answer ended in the middle")
	ErrTooLong   = errors.New("the answer is too long")
	ErrMalformed = errors.New("the answer is not an event stream of chat completion chunks")
)

// Answer is what a server said about one region.
type Answer struct {
	Text       string
	Looped     bool   // the model repeated itself; Text ends with one copy
	Cut        *Fault // why Text is incomplete; nil if it is complete
	Confidence *float64
	Usage      document.Usage // of this request, as far as known

	finish     openai.FinishReason
	hasContent bool   // content was a string, possibly empty
	other      string // the field that had words in place of content, see Unread
	counted    bool   // Usage has the server's count of the answer's tokens
}

// AtLimit reports whether the answer ended at the limit of tokens.
func (a Answer) AtLimit() bool { return a.finish == openai.FinishReasonLength }

// chunk is the part of an event that is used: go-openai's complete type takes a fifth more time and nearly
// twice the memory, and there is an event for each token. A server that fails in the middle sends an error in
// place of choices, after status 200.
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

// wordless is what is also used of an event without text, such as the first and the last of an answer.
type wordless struct {
	Choices []struct {
		Delta struct {
			Content          *string         `json:"content"` // nil if missing or null
			ReasoningContent json.RawMessage `json:"reasoning_content"`
			Reasoning        json.RawMessage `json:"reasoning"` // the newer name of the same
			Refusal          json.RawMessage `json:"refusal"`
			ToolCalls        json.RawMessage `json:"tool_calls"`
		} `json:"delta"`
	} `json:"choices"`
}

var lineReaders = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}

// finishRepetition is vLLM's own finish reason, from its repetition_detection.
const finishRepetition = openai.FinishReason("repetition")

// Read reads a stream of server-sent events until [DONE], the end of the stream or a loop by rule. It returns
// an error if the answer is not complete, together with what it has cost so far.
func Read(r io.Reader, rule model.Loop) (Answer, error) {
	lines := lineReaders.Get().(*bufio.Reader)
	lines.Reset(r)
	defer func() {
		lines.Reset(nil)
		lineReaders.Put(lines)
	}()
	a := assembly{loop: loopWatch{rule: rule}}
	var long []byte // for events longer than the reader's buffer
	for {
		data, err := nextEvent(lines, &long)
		if err == nil && string(data) == "[DONE]" {
			break
		}
		if err == nil {
			err = a.add(data)
		}
		switch {
		case err == nil && a.got.Looped:
			return a.costed(), nil
		case err == nil:
		case a.got.finish != "" && !isFault(err):
			// The model has finished its answer. Some routers close the stream without [DONE]; at most the
			// token count would follow.
			return a.complete()
		default:
			return a.costed(), err
		}
	}
	return a.complete()
}

// isFault reports whether a server said what went wrong.
func isFault(err error) bool {
	_, is := errors.AsType[*Fault](err)
	return is
}

// assembly is an answer while its events arrive.
type assembly struct {
	got   Answer
	text  strings.Builder
	probs meanProbability
	loop  loopWatch
	parts int // with text in them
}

// add adds one event. The error is a *Fault if the server sent one.
func (a *assembly) add(data []byte) error {
	var c chunk
	if err := json.Unmarshal(data, &c); err != nil {
		return errors.Join(ErrMalformed, err)
	}
	if said(c.Error) {
		return parseFault(200, data)
	}
	if c.Usage != nil {
		a.got.Usage.PromptTokens, a.got.Usage.CompletionTokens = c.Usage.PromptTokens, c.Usage.CompletionTokens
		a.got.counted = true
	}
	if len(c.Choices) == 0 {
		return nil
	}
	choice := &c.Choices[0]
	if content := choice.Delta.Content; content != "" {
		a.got.hasContent = true
		a.text.WriteString(content)
		a.parts++
	} else if err := a.addWordless(data); err != nil {
		return err
	}
	a.probs.add(choice.Logprobs)
	if choice.FinishReason != "" {
		a.got.finish = choice.FinishReason
	}
	if a.text.Len() > maxContent {
		return ErrTooLong
	}
	if at, found := a.loop.look(a.text.String()); found {
		a.got.Text, a.got.Looped, a.got.Confidence = a.text.String()[:at], true, a.probs.mean()
	}
	return nil
}

// addWordless adds what an event without text says about the answer.
func (a *assembly) addWordless(data []byte) error {
	var w wordless
	if err := json.Unmarshal(data, &w); err != nil {
		return errors.Join(ErrMalformed, err)
	}
	delta := &w.Choices[0].Delta
	a.got.hasContent = a.got.hasContent || delta.Content != nil
	switch {
	case said(delta.ReasoningContent), said(delta.Reasoning):
		a.got.other = fieldReasoning
	case said(delta.Refusal):
		a.got.other = fieldRefusal
	case said(delta.ToolCalls):
		a.got.other = fieldToolCalls
	}
	return nil
}

// said reports whether a field holds anything.
func said(field json.RawMessage) bool {
	switch string(field) {
	case "", "null", `""`, "[]":
		return false
	}
	return true
}

// costed returns the answer so far with the tokens that it cost: if the server counts only at the end, or not
// at all, at least one for each part with text.
func (a *assembly) costed() Answer {
	if a.got.Usage.CompletionTokens == 0 {
		a.got.Usage.CompletionTokens = a.parts
	}
	return a.got
}

// complete returns the answer at the end of its stream.
func (a *assembly) complete() (Answer, error) {
	a.got.Text, a.got.Confidence = a.text.String(), a.probs.mean()
	got := a.costed()
	switch got.finish {
	case "":
		return got, ErrCut
	case "abort", "error": // from vLLM, when it gives up a request
		return got, ErrCut
	case openai.FinishReasonLength:
		if at, found := findLoop(got.Text, cutRule); found {
			got.Text, got.Looped = got.Text[:at], true
		}
	case finishRepetition:
		if at, found := findLoop(got.Text, serverRule); found {
			got.Text = got.Text[:at]
		}
		got.Looped = true
	}
	return got, nil
}

// nextEvent returns the data of the next event, valid until the next call. vLLM and its routers write each
// event on one line; comments and other fields are skipped.
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
				return nil, ErrTooLong
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
			return nil, ErrCut
		case err != nil:
			return nil, err
		}
	}
}

// meanProbability averages over the tokens of an answer.
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

// mean is nil if there were no probabilities.
func (m *meanProbability) mean() *float64 {
	if m.n == 0 {
		return nil
	}
	v := m.sum / float64(m.n)
	return &v
}
