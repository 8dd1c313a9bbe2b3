package enginetest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// stream sends the answer as events, or fails on the way.
func (f *Fake) stream(w http.ResponseWriter, r *http.Request, q Request, fault Fault) outcome {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	out := &tearing{w: w, size: f.cfg.SplitBytes}
	a := f.cfg.Answer(q)
	f.draft(a)
	head := fmt.Sprintf(`{"id":"chatcmpl-%d","object":"chat.completion.chunk","created":1795489463,"model":%q,"choices":`, q.N, f.cfg.Model)
	event := func(s string) { out.WriteString("data: " + head + s + "}\n\n") }
	counts := q.StreamOptions.IncludeUsage && q.StreamOptions.ContinuousUsageStats && !f.cfg.CountAtEnd
	chunk := func(choices string, tokens int) {
		if counts {
			choices += `,"usage":` + usage(tokens)
		}
		event(choices)
	}
	chunk(`[{"index":0,"delta":{"role":"assistant","content":`+a.opening()+`},"logprobs":null,"finish_reason":null}]`, 0)
	if fault.InStream != 0 {
		return out.fail(fault.InStream)
	}
	pieces := cut(a.Text, f.cfg.Pieces)
	for i, piece := range pieces {
		if i == len(pieces)/2 {
			switch {
			case fault.AfterText != 0:
				return out.fail(fault.AfterText)
			case fault.Die:
				out.send()
				closeSocket(w)
				return failed
			case fault.Stall:
				out.send()
				<-r.Context().Done()
				return canceled
			}
		}
		finish := "null"
		if i == len(pieces)-1 {
			finish = strconv.Quote(a.finish())
		}
		choices := fmt.Sprintf(`[{"index":0,"delta":{%s},"logprobs":%s,"finish_reason":%s,"token_ids":null}]`, a.members(piece), logprobs(q, piece), finish)
		chunk(choices, a.tokens()*(i+1)/len(pieces))
	}
	if q.StreamOptions.IncludeUsage {
		event(`[],"usage":` + usage(a.tokens()))
	}
	if !a.NoDone {
		out.WriteString("data: [DONE]\n\n")
	}
	out.send()
	if r.Context().Err() != nil {
		return canceled
	}
	return answered
}

// cut divides text into at most n pieces of whole characters, at least one.
func cut(text string, n int) []string {
	var pieces []string
	size := max(1, len(text)/max(n, 1))
	for len(pieces) < n-1 && len(text) > size {
		end := size
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		pieces = append(pieces, text[:end])
		text = text[end:]
	}
	return append(pieces, text)
}

// tearing collects a stream and sends it in writes of size bytes.
type tearing struct {
	strings.Builder
	w    http.ResponseWriter
	size int
}

func (t *tearing) send() {
	data := []byte(t.String())
	t.Reset()
	size := t.size
	if size <= 0 {
		size = max(1, len(data))
	}
	for len(data) > 0 {
		n := min(size, len(data))
		if _, err := t.w.Write(data[:n]); err != nil {
			return
		}
		data = data[n:]
		t.w.(http.Flusher).Flush()
	}
}

// fail ends the stream the way vLLM does when the engine fails under it.
func (t *tearing) fail(code int) outcome {
	fmt.Fprintf(t, "data: {\"error\": {\"message\": %q, \"type\": \"Error\", \"param\": null, \"code\": %d}}\n\ndata: [DONE]\n\n", messageFor(code), code)
	t.send()
	return failed
}
