package vllm

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"image"
	"io"
	"net/http"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/backoff"
	"ocr-gateway/model"
)

// job is one region on its way: what is left of it once it is encoded.
type job struct {
	selected selection // when the region was encoded
	request  model.Request
	load     *payload
	tokens   int            // of its image
	input    uint64         // picture and prompt, hashed
	usage    document.Usage // of all attempts so far
	partial  *answer        // what an answer had of which the rest was withheld
}

// show makes img what the model is asked about by a job.
func (e *Engine) show(j *job, img image.Image) error {
	load := newPayload()
	if err := load.image(e.encoder, img, j.request.Prompt, e.cfg.JPEGQuality); err != nil {
		load.release()
		return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "the region's image could not be encoded").Because(err)
	}
	if j.load != nil {
		j.load.release()
	}
	size := img.Bounds().Size()
	rule := j.request.Image
	j.load, j.tokens = load, min(rule.Tokens(size.X, size.Y), rule.MaxTokens)
	j.input = maphash.Bytes(inputSeed, load.message)
	return nil
}

// inputSeed is that of the hashes by which inputs are told apart.
var inputSeed = maphash.MakeSeed()

// reduce makes a job's image two thirds of what it was, and small enough for an
// encoder cache of so many tokens when that is known.
func (e *Engine) reduce(j *job, cache int) error {
	tokens := max(1, j.tokens*2/3)
	if cache > 0 {
		tokens = min(tokens, cache)
	}
	img, err := j.load.decode()
	if err != nil {
		return err
	}
	size := img.Bounds().Size()
	w, h := j.request.Image.Fit(size.X, size.Y, tokens)
	return e.show(j, shrink(plain(img), w, h))
}

// save keeps the longest text of answers that are not all of it.
func (j *job) save(got answer, why *fault) {
	if got.text != "" && (j.partial == nil || len(got.text) > len(j.partial.text)) {
		got.cut = why
		j.partial = &got
	}
}

// ask sends the job until it is answered, refused or given up.
func (e *Engine) ask(ctx context.Context, job *job) (answer, error) {
	var (
		tries tries
		last  *fault
		avoid *endpoint
	)
	for {
		got, at, err := e.attempt(ctx, job, avoid, last != nil && last.kind == broken)
		if err == nil {
			return got, nil
		}
		if !errors.As(err, &last) || ctx.Err() != nil {
			return answer{}, err
		}
		wait, again := tries.next(last, e.cfg.Attempts, e.cfg.BusyAttempts)
		if !again || last.kind == withheld && !e.pool.another(at) {
			return answer{}, last
		}
		if last.wait > 0 && e.pool.another(at) {
			wait = 0 // the one that asked for time rests, see pool.release
		}
		e.log.DebugContext(ctx, "region sent again", "endpoint", at.Name, "wait", wait, "error", last)
		if err := backoff.Sleep(ctx, wait); err != nil {
			return answer{}, errors.Join(err, last)
		}
		avoid = at
	}
}

// attempt sends the job once. An error is a *fault when the server answered it or
// failed to answer.
func (e *Engine) attempt(ctx context.Context, job *job, avoid *endpoint, fresh bool) (got answer, at *endpoint, err error) {
	place, err := e.pool.acquire(ctx, avoid)
	if err != nil {
		return answer{}, nil, err
	}
	at = place.endpoint
	if place.server.selection != job.selected {
		e.pool.release(at, ending{outcome: withdrawn})
		return answer{}, at, &fault{kind: swapped, detail: fmt.Sprintf(
			"the model servers came up with a model of another profile (%s, not %s): send the request again", place.server.selection, job.selected)}
	}
	defer func() { e.pool.release(at, ending{outcomeOf(ctx, err), job.input, restOf(err)}) }()
	client := at.client
	if fresh {
		client = at.fresh
	}
	trying, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(e.cfg.FirstByteTimeout, func() { cancel(errSilent) })
	defer silence.Stop()
	defer context.AfterFunc(place.gone, func() { cancel(errGone) })()
	got, err = e.exchange(trying, client, at, job.load.ask(e.params(job, place.server)), &heard{silence: silence, limit: e.cfg.ProgressTimeout}, job.request.Loop)
	got.usage.Attempts = 1
	job.usage.Add(got.usage)
	var f *fault
	switch {
	case err == nil:
		if f = got.unread(); f != nil {
			job.save(got, f)
			err = f
		}
	case !errors.As(err, &f):
		err = transportFault(context.Cause(trying), err)
		if ctx.Err() == nil {
			at.lookSoon()
		}
	case f.status == http.StatusUnauthorized && at.key.file != "":
		f.kind = rekeyed
		at.lookSoon()
	}
	return got, at, err
}

// Why an attempt was ended from this side.
var (
	errSilent = errors.New("the server sent nothing for too long")
	errGone   = errors.New("the server refuses connections")
)

// transportFault is for everything that is no answer.
func transportFault(cause, err error) *fault {
	detail := "the connection to the model server failed: try again later"
	switch {
	case errors.Is(cause, errSilent), errors.Is(cause, errGone):
		err, detail = cause, "the model server stopped answering: try again later"
	case errors.Is(err, errCut):
		detail = "the model server stopped in the middle of its answer: try again later"
	case errors.Is(err, errMalformed), errors.Is(err, errTooLong):
		detail = "the model server's answer cannot be read: check that the endpoint's url leads to vLLM"
	}
	return &fault{kind: broken, detail: detail, cause: err}
}

// outcomeOf says what an attempt tells about its server.
func outcomeOf(ctx context.Context, err error) outcome {
	var f *fault
	switch {
	case err == nil:
		return succeeded
	case ctx.Err() != nil:
		return withdrawn
	case errors.As(err, &f) && f.kind != broken:
		return succeeded
	}
	return failed
}

// restOf is how long the server asked to be left alone.
func restOf(err error) time.Duration {
	if f, ok := errors.AsType[*fault](err); ok {
		return f.wait
	}
	return 0
}

// params are the fields of a job's request to one server.
func (e *Engine) params(job *job, server status) params {
	q := &job.request
	return params{
		model:             e.cfg.Model,
		maxTokens:         answerRoom(q.MaxTokens, job.tokens+longPrompt(q.Prompt), server.modelLength),
		sampling:          q.Sampling,
		noThinking:        q.NoThinking,
		logprobs:          e.cfg.Confidence,
		detectRepetitions: server.detectsRepetitions() && q.Loop.Server,
		schema:            q.Schema,
	}
}

// promptTokens is more than a task's own prompt and the chat template need.
const promptTokens = 64

// longPrompt estimates the tokens by which a prompt is longer than those of the
// tasks: a token has two bytes or more in nearly all text.
func longPrompt(prompt string) int { return max(0, len(prompt)/2-promptTokens/2) }

// answerRoom is what the model's length leaves for the answer. vLLM refuses
// requests that ask for more than the length.
func answerRoom(wanted, image, modelLength int) int {
	if modelLength == 0 {
		return wanted
	}
	return max(1, min(wanted, modelLength-image-promptTokens))
}

// maxErrorBody bounds what is read of an error.
const maxErrorBody = 64 << 10

// exchange sends the body and reads the answer.
func (e *Engine) exchange(ctx context.Context, client *http.Client, at *endpoint, body body, heard *heard, rule model.Loop) (answer, error) {
	resp, err := e.send(ctx, client, at, body)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	heard.body = resp.Body
	if resp.StatusCode != http.StatusOK {
		body, err := io.ReadAll(io.LimitReader(heard, maxErrorBody))
		if err != nil {
			return answer{}, fmt.Errorf("read error of status %d: %w", resp.StatusCode, err)
		}
		return answer{}, statusFault(resp.StatusCode, resp.Header, body)
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return answer{}, errMalformed
	}
	got, err := readAnswer(heard, rule)
	if err == nil && !got.looped {
		heard.finish()
	}
	return got, err
}

func (e *Engine) send(ctx context.Context, client *http.Client, at *endpoint, body body) (*http.Response, error) {
	req, err := at.request(ctx, http.MethodPost, "/v1/chat/completions", body.reader())
	if err != nil {
		return nil, err
	}
	req.ContentLength = body.size()
	req.GetBody = func() (io.ReadCloser, error) { return body.reader(), nil }
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	return client.Do(req)
}

// heard is an answer's body that starts the silence anew with every byte.
type heard struct {
	body    io.Reader
	silence *time.Timer
	limit   time.Duration
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.body.Read(p)
	if n > 0 {
		h.silence.Reset(h.limit)
	}
	return n, err
}

// finish reads what follows [DONE], so that the connection can be used again,
// but does not wait for it.
func (h *heard) finish() {
	h.silence.Reset(100 * time.Millisecond)
	_, _ = io.CopyN(io.Discard, h.body, 4<<10) // a failure only costs the connection
}
