// Package enginetest holds what recognition engines are tested with: a server
// that behaves as vLLM was recorded to, faults included, and a suite of checks that
// every engine passes.
package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// Config is how a Fake behaves. The zero value answers at once, as vLLM 0.32 with
// a scripted model does.
type Config struct {
	Model       string // served name; empty means "glm-ocr"
	Root        string // what the server says that it loaded; empty means "zai-org/GLM-OCR"
	Version     string // of vLLM; empty means "0.32.0", "none" means that /version is missing
	ModelLength int    // tokens of prompt and answer; 0 means 16384
	APIKey      string // asked for under /v1 when not empty; see Rekey
	Health      int    // status of /health, as routers have it; 0 means 200, or 503 while loading

	Latency time.Duration // from a free slot to the end of an answer
	Slots   int           // requests served at once, others queue; 0 means 64
	Queue   int           // requests that may queue, others get 503; 0 means any number

	// Answer gives the text for a request; nil means Script.
	Answer func(Request) Answer
	// Fault gives how a request fails; nil, and the zero Fault, mean not at all.
	Fault func(Request) Fault
	// Pieces is how many chunks the text of a stream is cut into; 0 means 4.
	Pieces int
	// SplitBytes sends a stream in transport writes of so many bytes, which tears
	// events and characters apart; 0 sends it in one.
	SplitBytes int
	// CountAtEnd makes the server count tokens at the end of a stream only, also when
	// asked to count with every chunk.
	CountAtEnd bool
	// MTP makes /metrics count the tokens of a draft head, of which Acceptance (0 to 1)
	// come true.
	MTP        bool
	Acceptance float64
	// KeepImages gives Answer and Fault the whole image, which costs much.
	KeepImages bool
}

// Answer is what the model says.
type Answer struct {
	Text   string
	Finish string // empty means "stop"
	Usage  int    // completion tokens; 0 means one per four bytes
	// Delta is what stands in the answer's delta in place of content, as JSON members;
	// content is null then, also where a text was sent before.
	Delta  string
	NoDone bool // the stream ends after the count of tokens, without [DONE]
}

// Fault is one way to fail. At most one field is used, the first that is set.
type Fault struct {
	Status     int           // an error with this status, in place of an answer
	RetryAfter string        // header, with Status
	Body       string        // with Status; empty means vLLM's error for it
	InStream   int           // status 200, and an error frame with this code after the role chunk
	AfterText  int           // the same after half of the text
	Die        bool          // the socket closes in the middle of the answer
	Reset      bool          // the socket closes before any answer
	Hang       bool          // nothing comes, until the client leaves
	Stall      bool          // half of the text comes, then nothing, until the client leaves
	Delay      time.Duration // the answer comes later by this; no fault, may stand beside the others
}

// Script answers as the recorded model did: a known text for each prompt.
func Script(q Request) Answer {
	switch q.Prompt {
	case "Table Recognition:":
		return Answer{Text: TableText}
	case "Formula Recognition:":
		return Answer{Text: FormulaText}
	case "LOOP":
		return Answer{Text: strings.Repeat(" again and over", max(q.MaxTokens, 4)/4), Finish: "length"}
	}
	if strings.HasPrefix(q.Prompt, fieldsPrompt) {
		return Answer{Text: FieldsText}
	}
	return Answer{Text: PageText}
}

// fieldsPrompt begins every question for fields.
const fieldsPrompt = "请按下列JSON格式输出图中信息:"

// The scripted model's texts.
const (
	PageText    = "Invoice No. 2024-0417\n\nBilled to: Müller & Söhne GmbH, 北京市朝阳区\nAmount due: €1,234.56 — thank you!"
	TableText   = "<table><tr><th>Item</th><th>Qty</th></tr><tr><td>Bolt M8</td><td>40</td></tr></table>"
	FieldsText  = "```json\n{\"invoice_number\": \"2024-0417\", \"amount_due\": \"€1,234.56\", \"iban\": null}\n```"
	FormulaText = "$$\nE = mc^{2} + \\frac{a}{b}\n$$"
)

// Every makes every nth request fail with f.
func Every(n int, f Fault) func(Request) Fault {
	return func(q Request) Fault {
		if n > 0 && q.N%n == 0 {
			return f
		}
		return Fault{}
	}
}

// First makes the first n requests fail with f.
func First(n int, f Fault) func(Request) Fault {
	return func(q Request) Fault {
		if q.N <= n {
			return f
		}
		return Fault{}
	}
}

// Counts is what a Fake has seen of chat completion requests.
type Counts struct {
	Requests    int // arrived
	Answered    int // with a complete answer
	Failed      int // by Fault, a full queue, drain or a wrong request
	Canceled    int // the client left before the answer was complete
	InFlight    int // now, queued ones too
	Queued      int // now
	MaxInFlight int
}

// Fake is an http.Handler that behaves like a vLLM server.
type Fake struct {
	cfg   Config
	slots chan struct{}

	draining atomic.Bool
	hanging  atomic.Bool
	loading  atomic.Bool
	key      atomic.Pointer[string]

	mu      sync.Mutex
	counts  Counts
	drafted float64 // tokens
}

// NewFake makes a server from cfg.
func NewFake(cfg Config) *Fake {
	if cfg.Model == "" {
		cfg.Model = "glm-ocr"
	}
	if cfg.Root == "" {
		cfg.Root = "zai-org/GLM-OCR"
	}
	if cfg.Version == "" {
		cfg.Version = "0.32.0"
	}
	if cfg.ModelLength == 0 {
		cfg.ModelLength = 16384
	}
	if cfg.Slots == 0 {
		cfg.Slots = 64
	}
	if cfg.Pieces == 0 {
		cfg.Pieces = 4
	}
	if cfg.Answer == nil {
		cfg.Answer = Script
	}
	f := &Fake{cfg: cfg, slots: make(chan struct{}, cfg.Slots)}
	f.Rekey(cfg.APIKey)
	return f
}

// Rekey has the server ask for another key; none when it is empty.
func (f *Fake) Rekey(key string) { f.key.Store(&key) }

// Drain makes new requests fail with 500 while /health stays good, as vLLM does
// after SIGTERM with a shutdown timeout.
func (f *Fake) Drain(on bool) { f.draining.Store(on) }

// Hang makes every request wait without an answer until its client leaves, as
// vLLM does after SIGTERM without a shutdown timeout.
func (f *Fake) Hang(on bool) { f.hanging.Store(on) }

// Loading makes the server say that it is not ready.
func (f *Fake) Loading(on bool) { f.loading.Store(on) }

// Counts is what has been seen so far.
func (f *Fake) Counts() Counts {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts
}

// ServeHTTP serves the routes that engines use.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /health":
		switch {
		case f.loading.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
		case f.cfg.Health != 0:
			w.WriteHeader(f.cfg.Health)
		}
	case "GET /metrics":
		f.sendMetrics(w)
	case "GET /version":
		if f.cfg.Version == "none" {
			sendJSON(w, http.StatusNotFound, `{"detail":"Not Found"}`)
			return
		}
		sendJSON(w, http.StatusOK, fmt.Sprintf(`{"version":%q}`, f.cfg.Version))
	case "GET /v1/models":
		if f.authorized(w, r) {
			sendJSON(w, http.StatusOK, fmt.Sprintf(`{"object":"list","data":[{"id":%q,"object":"model","created":1795487859,"owned_by":"vllm","root":%q,"parent":null,"max_model_len":%d,"permission":[]}]}`, f.cfg.Model, f.cfg.Root, f.cfg.ModelLength))
		}
	case "POST /v1/chat/completions":
		if f.authorized(w, r) {
			f.chat(w, r)
		}
	default:
		sendJSON(w, http.StatusNotFound, `{"detail":"Not Found"}`)
	}
}

func (f *Fake) authorized(w http.ResponseWriter, r *http.Request) bool {
	if key := *f.key.Load(); key == "" || r.Header.Get("Authorization") == "Bearer "+key {
		return true
	}
	sendJSON(w, http.StatusUnauthorized, `{"error":"Unauthorized"}`)
	return false
}

// outcome is how a request ended, for the counts.
type outcome int

const (
	answered outcome = iota
	failed
	canceled
)

func (f *Fake) chat(w http.ResponseWriter, r *http.Request) {
	n := f.arrive()
	f.leave(f.answer(w, r, n))
}

func (f *Fake) arrive() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts.Requests++
	f.counts.InFlight++
	f.counts.MaxInFlight = max(f.counts.MaxInFlight, f.counts.InFlight)
	return f.counts.Requests
}

func (f *Fake) leave(o outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts.InFlight--
	switch o {
	case answered:
		f.counts.Answered++
	case failed:
		f.counts.Failed++
	case canceled:
		f.counts.Canceled++
	}
}

func (f *Fake) answer(w http.ResponseWriter, r *http.Request, n int) outcome {
	q, err := readRequest(r.Body, f.cfg.KeepImages)
	if r.Context().Err() != nil {
		return canceled
	}
	if err != nil {
		sendError(w, http.StatusBadRequest, "the body is no JSON")
		return failed
	}
	q.N = n
	switch {
	case f.hanging.Load():
		<-r.Context().Done()
		return canceled
	case f.draining.Load():
		sendError(w, http.StatusInternalServerError, "cannot schedule new futures after shutdown")
		return failed
	case q.Model != "" && q.Model != f.cfg.Model:
		sendError(w, http.StatusNotFound, fmt.Sprintf("The model `%s` does not exist. Valid aliases: %s.", q.Model, f.cfg.Model))
		return failed
	case q.MaxTokens > f.cfg.ModelLength:
		sendError(w, http.StatusBadRequest, fmt.Sprintf("max_tokens=%d cannot be greater than max_model_len=%d.", q.MaxTokens, f.cfg.ModelLength))
		return failed
	}
	var fault Fault
	if f.cfg.Fault != nil {
		fault = f.cfg.Fault(q)
	}
	if done, o := f.early(w, r, fault); done {
		return o
	}
	if !f.enter(r.Context()) {
		if r.Context().Err() != nil {
			return canceled
		}
		sendError(w, http.StatusServiceUnavailable, "The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.")
		return failed
	}
	defer func() { <-f.slots }()
	if !pause(r.Context(), f.cfg.Latency+fault.Delay) {
		return canceled
	}
	if !q.Stream {
		a := f.cfg.Answer(q)
		f.draft(a)
		sendJSON(w, http.StatusOK, f.whole(q, a))
		return answered
	}
	return f.stream(w, r, q, fault)
}

// early fails a request that gets no slot.
func (f *Fake) early(w http.ResponseWriter, r *http.Request, fault Fault) (done bool, o outcome) {
	switch {
	case fault.Status != 0:
		if fault.RetryAfter != "" {
			w.Header().Set("Retry-After", fault.RetryAfter)
		}
		if fault.Body != "" {
			sendJSON(w, fault.Status, fault.Body)
		} else {
			sendError(w, fault.Status, messageFor(fault.Status))
		}
	case fault.Reset:
		closeSocket(w)
	case fault.Hang:
		<-r.Context().Done()
		return true, canceled
	default:
		return false, answered
	}
	return true, failed
}

// enter takes a slot, or reports that the queue is full or the client left.
func (f *Fake) enter(ctx context.Context) bool {
	select {
	case f.slots <- struct{}{}:
		return true
	default:
	}
	f.mu.Lock()
	full := f.cfg.Queue > 0 && f.counts.Queued >= f.cfg.Queue
	if !full {
		f.counts.Queued++
	}
	f.mu.Unlock()
	if full {
		return false
	}
	defer func() {
		f.mu.Lock()
		f.counts.Queued--
		f.mu.Unlock()
	}()
	select {
	case f.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

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

func (f *Fake) whole(q Request, a Answer) string {
	return fmt.Sprintf(`{"id":"chatcmpl-%d","object":"chat.completion","created":1795489463,"model":%q,"choices":[{"index":0,"message":{"role":"assistant",%s},"logprobs":%s,"finish_reason":%q}],"usage":%s}`,
		q.N, f.cfg.Model, a.members(a.Text), logprobs(q, a.Text), a.finish(), usage(a.tokens()))
}

// opening is the content of the first delta.
func (a Answer) opening() string {
	if a.Delta != "" {
		return "null"
	}
	return `""`
}

// members are a piece of text as the members of a delta or message.
func (a Answer) members(piece string) string {
	text, _ := json.Marshal(piece) // a string always marshals
	switch {
	case a.Delta == "":
		return `"content":` + string(text)
	case piece == "":
		return `"content":null,` + a.Delta
	}
	return `"content":` + string(text) + `,` + a.Delta
}

func (a Answer) finish() string {
	if a.Finish == "" {
		return "stop"
	}
	return a.Finish
}

func (a Answer) tokens() int {
	if a.Usage == 0 {
		return len(a.Text)/4 + 1
	}
	return a.Usage
}

func usage(n int) string {
	return fmt.Sprintf(`{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d}`, promptTokens, promptTokens+n, n)
}

// promptTokens is what every request is said to have cost.
const promptTokens = 110

// TokenProbability is the probability of every token of a Fake.
const TokenProbability = 0.75

func logprobs(q Request, piece string) string {
	if !q.Logprobs {
		return "null"
	}
	token, _ := json.Marshal(piece)
	return fmt.Sprintf(`{"content":[{"token":%s,"logprob":%g,"bytes":[0],"top_logprobs":[]}]}`, token, math.Log(TokenProbability))
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

func messageFor(status int) string {
	switch status {
	case http.StatusServiceUnavailable:
		return "The engine is currently busy and cannot accept new requests. Please try again later or on a different instance."
	case http.StatusInternalServerError:
		return "EngineCore encountered an issue. See stack trace (above) for the root cause."
	case http.StatusBadRequest:
		return "Failed to load image: cannot identify image file <_io.BytesIO object>"
	}
	return http.StatusText(status)
}

// CacheExceeded is the body with which older servers refuse an image of more
// tokens than cache.
func CacheExceeded(tokens, cache int) string {
	return fmt.Sprintf(`{"error":{"message":"The decoder prompt contains a(n) image item with length %d, which exceeds the pre-allocated encoder cache size %d. Please reduce the input size.","type":"BadRequestError","param":null,"code":400}}`, tokens, cache)
}

func sendError(w http.ResponseWriter, status int, message string) {
	sendJSON(w, status, fmt.Sprintf(`{"error":{"message":%q,"type":%q,"param":null,"code":%d}}`, message, http.StatusText(status), status))
}

func sendJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // the client may be gone
}

// closeSocket ends the connection without ending the answer.
func closeSocket(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

// pause reports whether d went by before the client left.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
