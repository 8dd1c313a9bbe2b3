package runpod

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"time"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/provision/cloud"
)

const (
	maxBody  = 8 << 20  // bytes of an answer; a page of 100 pods with 50 variables each has some 500 KB
	maxFault = 64 << 10 // bytes of a refusal

	attempts = 6 // of a call that may be repeated, at servers that fail: some 45 s
)

// pause is the wait between tries.
var pause = backoff.Exponential{First: time.Second, Max: 15 * time.Second}

// call is one question to the API.
type call struct {
	name   string // for people, such as "create pod"
	method string
	path   string // below the base address, escaped
	query  url.Values
	body   any // sent as JSON when not nil
}

// repeatable reports whether asking twice does no more than asking once.
func (q call) repeatable() bool {
	return q.method == http.MethodGet || q.method == http.MethodDelete
}

// reply is an answer read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// errBroken: an answer ended early, came too late, or is not what the API promises.
var errBroken = errors.New("no whole answer came")

// do asks and decodes the answer into out, unless that is nil. It waits out rate
// limits, and repeats a question that may be repeated while servers fail. For any
// other question such a failure matches ErrUnknownOutcome.
func (c *Cloud) do(ctx context.Context, q call, out any) error {
	var body []byte
	if q.body != nil {
		var err error
		if body, err = encode(q.body); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	for failures := 0; ; {
		if err := c.awaitQuota(ctx); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		again, err := c.try(ctx, q, body, out)
		if err == nil {
			return nil
		}
		if stopped := ctx.Err(); stopped != nil {
			return fmt.Errorf("%w (%w)", err, stopped)
		}
		switch again {
		case never:
			return err
		case afterLimit: // the hold says for how long
			c.log.WarnContext(ctx, "the cloud limits our requests", "call", q.name, "error", err)
			continue
		}
		if failures++; failures >= attempts {
			return err
		}
		wait := pause.After(failures)
		c.log.WarnContext(ctx, "the cloud failed, asking again", "call", q.name, "wait", wait, "error", err)
		if _, watched := ctx.Deadline(); !watched && wait >= longWait { // else its caller says what it waits for
			c.notice(fmt.Sprintf("%v; asking again in %s", err, wait.Round(time.Second)))
		}
		if stopped := c.clock.Sleep(ctx, wait); stopped != nil {
			return fmt.Errorf("%w (%w)", err, stopped)
		}
	}
}

// again reports whether a question that failed may be asked again.
type again int

const (
	never again = iota
	afterPause
	afterLimit
)

// try asks once.
func (c *Cloud) try(ctx context.Context, q call, body []byte, out any) (again, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	got, err := c.ask(ctx, q, body)
	if err != nil {
		if unsent(err) {
			return afterPause, fmt.Errorf("%s: the API could not be reached: %w", q.name, err)
		}
		return q.lost(err)
	}
	if got.status >= 300 {
		fault := c.fault(q, got.status, got.header, got.body)
		switch {
		case got.status == http.StatusTooManyRequests:
			return afterLimit, fault
		case got.status >= 500 && q.repeatable():
			return afterPause, fault
		}
		return never, fault
	}
	if out == nil {
		return never, nil
	}
	if err := json.Unmarshal(got.body, out); err != nil {
		return q.lost(fmt.Errorf("%w: %w", errBroken, err))
	}
	return never, nil
}

// lost is the failure of a question that was sent and whose answer did not come.
func (q call) lost(err error) (again, error) {
	if q.repeatable() {
		return afterPause, fmt.Errorf("%s: %w", q.name, err)
	}
	return never, fmt.Errorf("%s: %w: %w", q.name, cloud.ErrUnknownOutcome, err)
}

// unsent tells an error from before the request left.
func unsent(err error) bool {
	dial, ok := errors.AsType[*net.OpError](err)
	return ok && dial.Op == "dial"
}

// ask sends one request and reads the answer whole.
func (c *Cloud) ask(ctx context.Context, q call, body []byte) (reply, error) {
	begun := c.clock.Now()
	response, err := c.send(ctx, q, body, nil)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	got := reply{status: response.StatusCode, header: response.Header}
	if got.status >= 300 { // of a refusal, its beginning is enough
		got.body, _ = io.ReadAll(io.LimitReader(response.Body, maxFault))
	} else {
		got.body, err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	}
	switch {
	case err != nil:
		return reply{}, fmt.Errorf("%w: %w", errBroken, err)
	case len(got.body) > maxBody:
		return reply{}, fmt.Errorf("%w: it has more than %d bytes", errBroken, maxBody)
	}
	c.log.DebugContext(ctx, "the cloud answered", "call", q.name, "method", q.method, "path", q.path,
		"status", got.status, "request_id", requestID(got.header), "elapsed", c.clock.Now().Sub(begun))
	return got, nil
}

// send sends one request, notes the quotas that the answer tells, and leaves its body to the caller.
func (c *Cloud) send(ctx context.Context, q call, body []byte, header http.Header) (*http.Response, error) {
	address := c.base + q.path
	if len(q.query) > 0 {
		address += "?" + q.query.Encode()
	}
	var sent io.Reader
	if body != nil {
		sent = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, q.method, address, sent)
	if err != nil {
		return nil, err
	}
	maps.Copy(request.Header, header)
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	}
	request.Header.Set("User-Agent", c.agent)
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", "application/json")
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	c.noteQuota(response.StatusCode, response.Header)
	return response, nil
}

// encode writes JSON as people write it: a script's && stays as it is.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
