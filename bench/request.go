package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limits on what a server may answer, in bytes: all of it, and one event.
const (
	maxAnswer = 1 << 30
	maxEvent  = 64 << 20
)

// outcome is how one request ended.
type outcome struct {
	latency     time.Duration // until the last byte
	firstPage   time.Duration // until the first page of a stream, 0 without one
	pages       int           // read, wholly or in part
	failedPages int
	asked       int // requests to model servers
	notAsked    int // regions that took none, by a PDF's own text
	characters  Characters
	failure     string // class of the failure, such as "503"; empty when there was none
	detail      string // of the failure
}

// summary is what is counted of an answer. An answer without one is one page.
type summary struct {
	OK       int `json:"ok"`
	Partial  int `json:"partial"`
	Failed   int `json:"failed"`
	Canceled int `json:"canceled"`

	TextLayer struct {
		Characters
		NotAsked int `json:"regions_not_asked"`
	} `json:"text_layer"`
}

// usage is what an answer cost.
type usage struct {
	Attempts int `json:"attempts"`
}

// send makes one request and reads its answer to the end. Times count from when
// it was due, or a slow server would be measured less often.
func (r *run) send(ctx context.Context, u upload, due time.Time) outcome {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()
	target := strings.TrimRight(r.cfg.BaseURL, "/") + r.cfg.Endpoint
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(u.body))
	if err != nil {
		return outcome{failure: "no answer", detail: err.Error()}
	}
	req.Header.Set("Content-Type", u.contentType)
	r.cfg.authorize(req)
	resp, err := r.client.Do(req)
	if err != nil {
		return outcome{failure: "no answer", detail: err.Error(), latency: time.Since(due)}
	}
	defer resp.Body.Close()
	body := io.LimitReader(resp.Body, maxAnswer)

	var o outcome
	switch {
	case resp.StatusCode/100 != 2:
		o = refused(resp.StatusCode, body)
	case r.cfg.Endpoint == EndpointStream:
		o = readStream(body, due, r.timeline.pages)
	default:
		o = readAnswer(body)
	}
	o.latency = time.Since(due)
	return o
}

// refused reads a problem document (RFC 9457).
func refused(status int, body io.Reader) outcome {
	o := outcome{failure: strconv.Itoa(status), detail: http.StatusText(status)}
	var problem struct {
		Detail string `json:"detail"`
	}
	data, err := io.ReadAll(io.LimitReader(body, 1<<20))
	if err == nil && json.Unmarshal(data, &problem) == nil && problem.Detail != "" {
		o.detail = problem.Detail
	}
	return o
}

func readAnswer(body io.Reader) outcome {
	var answer struct {
		Summary *summary `json:"summary"`
		Usage   usage    `json:"usage"`
	}
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		return outcome{failure: "bad answer", detail: err.Error()}
	}
	var o outcome
	o.count(answer.Summary)
	o.asked = answer.Usage.Attempts
	// The rest is read so that the connection can be used again.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return outcome{failure: "bad answer", detail: err.Error()}
	}
	return o
}

// count takes the pages of an answer over.
func (o *outcome) count(s *summary) {
	if s == nil {
		o.pages = 1
		return
	}
	o.pages, o.failedPages = s.OK+s.Partial, s.Failed+s.Canceled
	o.notAsked, o.characters = s.TextLayer.NotAsked, s.TextLayer.Characters
}

// readStream reads server-sent events up to the one that ends the document. It
// tells of each page that was read.
func readStream(body io.Reader, begin time.Time, pages func(int)) outcome {
	var o outcome
	var event string
	ended := false
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 64<<10), maxEvent)
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
			if strings.HasPrefix(event, "page.") && o.firstPage == 0 {
				o.firstPage = time.Since(begin)
			}
			if event == "page.completed" {
				pages(1)
			}
			continue
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok || !strings.HasPrefix(event, "document.") {
			continue
		}
		ended = true
		if err := o.end(event, data); err != nil {
			return outcome{failure: "bad answer", detail: err.Error()}
		}
	}
	if err := lines.Err(); err != nil {
		return outcome{failure: "bad answer", detail: err.Error()}
	}
	if !ended {
		return outcome{failure: "bad answer", detail: "the stream ended before the document did"}
	}
	return o
}

// end reads the event that ends a document.
func (o *outcome) end(event, data string) error {
	var last struct {
		Summary summary `json:"summary"`
		Usage   usage   `json:"usage"`
		Error   struct {
			Detail string `json:"detail"`
		} `json:"error"`
	}
	if err := json.Unmarshal([]byte(data), &last); err != nil {
		return fmt.Errorf("%s: %w", event, err)
	}
	o.count(&last.Summary)
	o.asked = last.Usage.Attempts
	if event == "document.failed" || event == "document.canceled" {
		o.failure, o.detail = event, last.Error.Detail
	}
	return nil
}
