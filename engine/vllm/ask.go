package vllm

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/vllm/chat"
	"ocr-gateway/engine/vllm/crops"
	"ocr-gateway/engine/vllm/endpoints"
	"ocr-gateway/internal/backoff"
	"ocr-gateway/internal/stage"
	"ocr-gateway/model"
)

// job is one region while it is read: what is kept of it once it is encoded.
type job struct {
	selected selection // when the region was encoded
	request  model.Request
	load     *chat.Message
	tokens   int            // of its image
	input    uint64         // hash of picture and prompt
	usage    document.Usage // of all attempts so far
	partial  *chat.Answer   // what there was of an answer whose rest was withheld
}

// show makes img the image that a job asks about.
func (e *Engine) show(j *job, img image.Image) error {
	load, err := chat.NewMessage(j.request.Prompt, func(dst []byte) ([]byte, error) { return e.encoder.Append(dst, img, e.cfg.JPEGQuality) })
	if err != nil {
		return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "the region's image could not be encoded").Because(err)
	}
	if j.load != nil {
		j.load.Release()
	}
	size := img.Bounds().Size()
	rule := j.request.Image
	j.load, j.tokens = load, min(rule.Tokens(size.X, size.Y), rule.MaxTokens)
	j.input = load.Hash()
	return nil
}

// reduce scales a job's image to two thirds, and to what fits an encoder cache of cache tokens if that is
// known.
func (e *Engine) reduce(j *job, cache int) error {
	tokens := max(1, j.tokens*2/3)
	if cache > 0 {
		tokens = min(tokens, cache)
	}
	img, err := j.load.Image()
	if err != nil {
		return err
	}
	size := img.Bounds().Size()
	w, h := j.request.Image.Fit(size.X, size.Y, tokens)
	return e.show(j, crops.Shrink(crops.Plain(img), w, h))
}

// save keeps the longest text of incomplete answers.
func (j *job) save(got chat.Answer, why *chat.Fault) {
	if got.Text != "" && (j.partial == nil || len(got.Text) > len(j.partial.Text)) {
		got.Cut = why
		j.partial = &got
	}
}

// ask sends the job until it is answered, refused or given up.
func (e *Engine) ask(ctx context.Context, job *job) (chat.Answer, error) {
	var (
		tries tries
		last  *chat.Fault
		avoid *endpoints.Server
	)
	for {
		got, at, err := e.attempt(ctx, job, avoid, last != nil && last.Kind == chat.Broken)
		if err == nil {
			return got, nil
		}
		if !errors.As(err, &last) || ctx.Err() != nil {
			return chat.Answer{}, err
		}
		wait, again := tries.next(last, e.cfg.Attempts, e.cfg.BusyAttempts)
		if !again || last.Kind == chat.Withheld && !e.pool.Another(at) {
			return chat.Answer{}, last
		}
		if last.Wait > 0 && e.pool.Another(at) {
			wait = 0 // the server that asked for time is left alone, see Pool.Release
		}
		e.log.DebugContext(ctx, "region sent again", "endpoint", at.Name, "wait", wait, "error", last)
		if err := backoff.Sleep(ctx, wait); err != nil {
			return chat.Answer{}, errors.Join(err, last)
		}
		avoid = at
	}
}

// attempt sends the job once. The error is a *chat.Fault if the server answered it or failed to answer.
func (e *Engine) attempt(ctx context.Context, job *job, avoid *endpoints.Server, fresh bool) (got chat.Answer, at *endpoints.Server, err error) {
	wait := stage.Wait(ctx, stage.WaitEndpoint)
	place, err := e.pool.Acquire(ctx, avoid)
	wait.End(ctx)
	if err != nil {
		return chat.Answer{}, nil, err
	}
	at = place.Server
	if serves, _ := e.selector.find(place.Status.ID, place.Status.Root); serves != job.selected {
		e.pool.Release(place, endpoints.Ending{Outcome: endpoints.Withdrawn})
		return chat.Answer{}, at, &chat.Fault{Kind: chat.Swapped, Detail: fmt.Sprintf(
			"the model servers came up with a model of another profile (%s, not %s): send the request again", serves, job.selected)}
	}
	heard := &heard{limit: e.cfg.ProgressTimeout}
	ctx, asking := stage.Begin(ctx, stage.Model)
	defer func() {
		outcome := outcomeOf(ctx, err)
		noteAnswer(asking, stage.Answer{
			Endpoint: at.Name, Outcome: outcomeNames[outcome], FirstToken: heard.firstAfter(asking.Began()),
			PromptTokens: got.Usage.PromptTokens, CompletionTokens: got.Usage.CompletionTokens,
		}, err)
		asking.End()
		had := e.pool.Release(place, endpoints.Ending{Outcome: outcome, Input: job.input, Rest: restOf(err)})
		job.usage.ModelSeconds += document.Seconds(had)
	}()
	trying, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	heard.silence = time.AfterFunc(e.cfg.FirstByteTimeout, func() { cancel(errSilent) })
	defer heard.silence.Stop()
	defer context.AfterFunc(place.Gone, func() { cancel(errGone) })()
	resp, err := e.send(trying, at.Client(fresh), at, job.load.Ask(e.params(job, place.Status)))
	if err == nil {
		got, err = readAnswer(resp, heard, job.request.Loop)
	}
	got.Usage.Attempts = 1
	job.usage.Add(got.Usage)
	var f *chat.Fault
	switch {
	case err == nil:
		if f = got.Unread(); f != nil {
			job.save(got, f)
			err = f
		}
	case !errors.As(err, &f):
		err = transportFault(context.Cause(trying), err)
		if ctx.Err() == nil {
			at.LookSoon()
		}
	case f.Status == http.StatusUnauthorized && at.KeyMayChange():
		f.Kind = chat.Rekeyed
		at.LookSoon()
	}
	return got, at, err
}

// noteAnswer records the outcome of an attempt in its span.
func noteAnswer(asking stage.Span, a stage.Answer, err error) {
	asking.Answered(a)
	if f, ok := errors.AsType[*chat.Fault](err); ok {
		asking.Fail(f.Kind.String())
	} else if err != nil {
		asking.Fail(a.Outcome)
	}
}

// outcomeNames are the names of outcomes in metrics and traces.
var outcomeNames = map[endpoints.Outcome]string{
	endpoints.Succeeded: "ok", endpoints.Failed: "failed", endpoints.Withdrawn: "withdrawn",
}

// Why an attempt was ended from this side.
var (
	errSilent = errors.New("the server sent nothing for too long")
	errGone   = errors.New("the server refuses connections")
)

// transportFault is the fault when there is no answer.
func transportFault(cause, err error) *chat.Fault {
	detail := "the connection to the model server failed: try again later"
	switch {
	case errors.Is(cause, errSilent), errors.Is(cause, errGone):
		err, detail = cause, "the model server stopped answering: try again later"
	case errors.Is(err, chat.ErrCut):
		detail = "the model server stopped in the middle of its answer: try again later"
	case errors.Is(err, chat.ErrMalformed), errors.Is(err, chat.ErrTooLong):
		detail = "the model server's answer cannot be read: check that the endpoint's url leads to vLLM"
	}
	return &chat.Fault{Kind: chat.Broken, Detail: detail, Cause: err}
}

// outcomeOf returns what an attempt says about its server.
func outcomeOf(ctx context.Context, err error) endpoints.Outcome {
	var f *chat.Fault
	switch {
	case err == nil:
		return endpoints.Succeeded
	case ctx.Err() != nil:
		return endpoints.Withdrawn
	case errors.As(err, &f) && f.Kind != chat.Broken:
		return endpoints.Succeeded
	}
	return endpoints.Failed
}

// restOf is how long the server asked to be left alone.
func restOf(err error) time.Duration {
	if f, ok := errors.AsType[*chat.Fault](err); ok {
		return f.Wait
	}
	return 0
}

// params are the fields of a job's request to one server.
func (e *Engine) params(job *job, server endpoints.Status) chat.Params {
	q := &job.request
	return chat.Params{
		Model:             e.cfg.Model,
		MaxTokens:         answerRoom(q.MaxTokens, job.tokens+longPrompt(q.Prompt), server.ModelLength),
		Sampling:          q.Sampling,
		NoThinking:        q.NoThinking,
		Logprobs:          e.cfg.Confidence,
		DetectRepetitions: server.DetectsRepetitions() && q.Loop.Server,
		Schema:            q.Schema,
	}
}

// promptTokens is more than a task's own prompt and the chat template take.
const promptTokens = 64

// longPrompt estimates by how many tokens a prompt is longer than those of the tasks: in nearly all text a
// token has two bytes or more.
func longPrompt(prompt string) int { return max(0, len(prompt)/2-promptTokens/2) }

// answerRoom is what the model's length leaves for the answer. vLLM refuses requests for more than the
// length.
func answerRoom(wanted, image, modelLength int) int {
	if modelLength == 0 {
		return wanted
	}
	return max(1, min(wanted, modelLength-image-promptTokens))
}

// maxErrorBody limits how much of an error is read.
const maxErrorBody = 64 << 10

// readAnswer reads the answer to a request.
func readAnswer(resp *http.Response, heard *heard, rule model.Loop) (chat.Answer, error) {
	defer resp.Body.Close()
	heard.body = resp.Body
	if resp.StatusCode != http.StatusOK {
		body, err := io.ReadAll(io.LimitReader(heard, maxErrorBody))
		if err != nil {
			return chat.Answer{}, fmt.Errorf("read error of status %d: %w", resp.StatusCode, err)
		}
		return chat.Answer{}, chat.StatusFault(resp.StatusCode, resp.Header, body)
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return chat.Answer{}, chat.ErrMalformed
	}
	got, err := chat.Read(heard, rule)
	if err == nil && !got.Looped {
		heard.finish()
	}
	return got, err
}

func (e *Engine) send(ctx context.Context, client *http.Client, at *endpoints.Server, body chat.Body) (*http.Response, error) {
	req, err := at.Request(ctx, http.MethodPost, "/v1/chat/completions", body.Reader())
	if err != nil {
		return nil, err
	}
	req.ContentLength = body.Size()
	req.GetBody = func() (io.ReadCloser, error) { return body.Reader(), nil }
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	if trace := stage.Traceparent(ctx); trace != "" {
		req.Header.Set(stage.Header, trace)
	}
	return client.Do(req)
}

// heard is the body of an answer; every byte restarts the timer of silence.
type heard struct {
	first   time.Time // when the answer began: vLLM sends nothing of it before its first token
	body    io.Reader
	silence *time.Timer
	limit   time.Duration
}

// firstAfter is how long after a time the answer began; 0 if it has not.
func (h *heard) firstAfter(began time.Time) time.Duration {
	if h.first.IsZero() {
		return 0
	}
	return h.first.Sub(began)
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.body.Read(p)
	if n > 0 {
		if h.first.IsZero() {
			h.first = time.Now()
		}
		h.silence.Reset(h.limit)
	}
	return n, err
}

// finish reads what follows [DONE], so that the connection can be reused, but does not wait for it.
func (h *heard) finish() {
	h.silence.Reset(100 * time.Millisecond)
	_, _ = io.CopyN(io.Discard, h.body, 4<<10) // a failure only costs the connection
}
