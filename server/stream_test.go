package server_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

const streamURL = "/api/ocr/document/stream"

// event is one server-sent event as a client sees it.
type event struct {
	id, name string
	data     map[string]any
}

// events parses a whole stream and fails on anything that is not one.
func events(t *testing.T, body string) (evs []event, comments int) {
	t.Helper()
	for block := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		var e event
		for line := range strings.SplitSeq(block, "\n") {
			field, value, ok := strings.Cut(line, ": ")
			switch {
			case !ok:
				t.Fatalf("line %q", line)
			case field == "":
				comments++
			case field == "id":
				e.id = value
			case field == "event":
				e.name = value
			case field == "data":
				if err := json.Unmarshal([]byte(value), &e.data); err != nil {
					t.Fatalf("data %q: %v", value, err)
				}
			case field != "retry":
				t.Fatalf("field %q", field)
			}
		}
		if e.name != "" {
			evs = append(evs, e)
		}
	}
	return evs, comments
}

func names(evs []event) string {
	var n []string
	for _, e := range evs {
		n = append(n, e.name)
	}
	return strings.Join(n, " ")
}

func TestStreamOrder(t *testing.T) {
	a := start(t, scripted())
	for _, c := range []struct{ script, want string }{
		{"pages:2", "job.accepted page.completed job.progress page.completed job.progress document.completed"},
		{"pages:2 fail:1", "job.accepted page.completed job.progress page.failed job.progress document.partial"},
		{"pages:1 fail:1", "job.accepted page.failed job.progress document.failed"},
		{"pages:0", "job.accepted document.failed"},
	} {
		r := a.postForm(streamURL, newForm().file("file", "a.pdf", c.script))
		if r.status != 200 || r.header.Get("Content-Type") != "text/event-stream" || r.header.Get("X-Accel-Buffering") != "no" || r.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", r.status, r.header)
		}
		if !strings.HasPrefix(string(r.body), "retry: ") {
			t.Errorf("no retry: %.40q", r.body)
		}
		evs, _ := events(t, string(r.body))
		if got := names(evs); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.script, got, c.want)
		}
		for i, e := range evs {
			if e.id != fmt.Sprint(i+1) {
				t.Errorf("%s: event %d has id %q", c.script, i+1, e.id)
			}
			checkSchema(t, schemaOf(e.name), e.data)
		}
	}
}

func TestStreamFailureCarriesTheProblem(t *testing.T) {
	a := start(t, scripted())
	r := a.postForm(streamURL, newForm().file("file", "a.pdf", "pages:1 fail:1 phase:raster code:page_failed"))
	evs, _ := events(t, string(r.body))
	p := evs[len(evs)-1].data["error"].(map[string]any)
	if p["code"] != "unreadable_document" || p["status"] != 422.0 {
		t.Errorf("error %v", p)
	}
}

// TestStreamEarlyErrors checks that what fails before the first event is an
// ordinary status.
func TestStreamEarlyErrors(t *testing.T) {
	a := start(t, scripted())
	a.postForm(streamURL, newForm().file("file", "a.pdf", "error:password_required")).want(422, "password_required")
	a.postForm(streamURL, newForm().file("file", "a.pdf", "panic")).want(500, "internal")
	a.postForm(streamURL, newForm().file("file", "a.pdf", "x").field("pages", "0")).want(422, "pages_out_of_range")
	req := a.request("POST", streamURL, "application/pdf", []byte("pages:1"))
	req.Header.Set("Accept", "application/json")
	a.do(req).want(406, "not_acceptable")
}

// TestStreamPanicAfterFirstEvent ends with a failure, not with silence.
func TestStreamPanicAfterFirstEvent(t *testing.T) {
	a := start(t, fakePipeline{func(_ ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		emit(document.Event{Kind: document.EventAccepted})
		panic("scripted")
	}})
	r := a.postForm(streamURL, newForm().file("file", "a.pdf", "x"))
	evs, _ := events(t, string(r.body))
	if got := names(evs); got != "job.accepted document.failed" {
		t.Errorf("events %s", got)
	}
	if strings.Contains(string(r.body), "scripted") {
		t.Error("the panic's text reached the client")
	}
}

// paced is a pipeline that finishes a page whenever the test says so.
func paced(pages int) (fakePipeline, chan struct{}) {
	next := make(chan struct{})
	return fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		sum := document.Summary{Total: pages, Pages: pages}
		emit(document.Event{Kind: document.EventAccepted, Summary: sum})
		for n := 1; n <= pages; n++ {
			select {
			case <-next:
			case <-ctx.Done():
				return nil, document.Problemf(document.CodeCanceled, "", "stopped").Because(ctx.Err())
			}
			sum.OK++
			emit(document.Event{Kind: document.EventPage, Summary: sum, Page: goodPage(n)})
		}
		return &document.Result{Status: document.StatusOK, Summary: sum}, nil
	}}, next
}

// TestStreamIsFlushed reads each event before it lets the next one happen, plain
// and through both compressions.
func TestStreamIsFlushed(t *testing.T) {
	for _, encoding := range []string{"", "gzip", "zstd"} {
		t.Run("encoding "+encoding, func(t *testing.T) {
			p, next := paced(3)
			a := start(t, p)
			lines, header := a.follow(streamURL, encoding, "text/event-stream")
			if got := header.Get("Content-Encoding"); got != encoding {
				t.Fatalf("Content-Encoding %q", got)
			}
			lines.until("event: job.accepted")
			for range 3 {
				next <- struct{}{}
				lines.until("event: page.completed")
			}
			lines.until("event: document.completed")
		})
	}
}

func TestLinesAreFlushed(t *testing.T) {
	for _, encoding := range []string{"", "gzip", "zstd"} {
		t.Run("encoding "+encoding, func(t *testing.T) {
			p, next := paced(2)
			a := start(t, p)
			go func() { next <- struct{}{} }()
			lines, _ := a.follow(documentURL, encoding, "application/x-ndjson")
			lines.until(`{"number":1,`)
			next <- struct{}{}
			lines.until(`{"number":2,`)
			lines.until(`"summary":`)
		})
	}
}

// TestLinesHoldFailures checks that NDJSON begins with the first success and
// then leaves nothing out.
func TestLinesHoldFailures(t *testing.T) {
	a := start(t, scripted())
	req := a.request("POST", documentURL, "application/pdf", []byte("pages:3 fail:3 fail:1"))
	req.Header.Set("Accept", "application/x-ndjson")
	r := a.do(req)
	lines := strings.Split(strings.TrimSpace(string(r.body)), "\n")
	if r.status != 200 || len(lines) != 4 {
		t.Fatalf("%d: %s", r.status, r.body)
	}
	for i, want := range []string{`{"number":3,"status":"failed"`, `{"number":2,"status":"ok"`, `{"number":1,"status":"failed"`, `{"id":`} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: %.60s", i, lines[i])
		}
	}
	var end map[string]any
	if err := json.Unmarshal([]byte(lines[3]), &end); err != nil || end["status"] != "partial" {
		t.Errorf("end %v, %v", end, err)
	}
}

func TestHeartbeat(t *testing.T) {
	p, next := paced(1)
	a := start(t, p, func(c *server.Config, _ *deps) { c.Heartbeat = 5 * time.Millisecond })
	lines, _ := a.follow(streamURL, "", "text/event-stream")
	lines.until("event: job.accepted")
	for range 3 {
		lines.until(":")
	}
	next <- struct{}{}
	rest := lines.until("event: document.completed")
	if data := lines.next(); !strings.HasPrefix(data, "data: ") {
		t.Errorf("after %q comes %q", rest, data)
	}
	if _, err := io.Copy(io.Discard, lines.r); err != nil {
		t.Error(err)
	}
}

// withoutGrace gives streams up when their client goes.
func withoutGrace(c *server.Config, _ *deps) { c.StreamGrace = 0 }

// TestDisconnectCancels closes the connection and waits for the pipeline to hear
// of it. The deadline is the test's own.
func TestDisconnectCancels(t *testing.T) {
	for _, c := range []struct{ path, accept string }{
		{streamURL, ""}, {documentURL, ""}, {documentURL, "application/x-ndjson"}, {recognizeURL, ""}, {batchURL, ""},
	} {
		t.Run(c.path+" "+c.accept, func(t *testing.T) {
			running, canceled := make(chan struct{}), make(chan error, 1)
			a := start(t, fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
				emit(document.Event{Kind: document.EventAccepted})
				close(running)
				<-ctx.Done()
				canceled <- ctx.Err()
				return nil, document.Problemf(document.CodeCanceled, "", "stopped").Because(ctx.Err())
			}}, withoutGrace)
			field := "file"
			if c.path == batchURL {
				field = "images"
			}
			form, ct := newForm().file(field, "a", "x").encode()
			conn := a.dial()
			form = append(form, strings.Repeat("\r\n", 20000)...) // an epilogue that no part reader looks at
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", c.path, c.accept, ct, len(form), form)
			<-running
			conn.Close()
			select {
			case <-canceled:
			case <-time.After(time.Minute):
				t.Fatal("the pipeline was not canceled")
			}
			a.stop()
			a.done <- <-a.done
			if c.path != streamURL && !strings.Contains(a.logged(), `"status":499`) {
				t.Errorf("the log does not say that the client left:\n%s", a.logged())
			}
		})
	}
}

// TestLongWork checks that the deadline for sending is gone when work begins.
func TestLongWork(t *testing.T) {
	const idle = 50 * time.Millisecond
	a := start(t, fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(4 * idle):
			return play(ctx, parseScript("pages:1"), emit)
		}
	}}, func(c *server.Config, _ *deps) { c.IdleTimeout = idle })
	a.postForm(documentURL, newForm().file("file", "a", "x")).want(200, "")
}

// TestSlowReader opens a stream and never reads it: the write deadline must end
// the work.
func TestSlowReader(t *testing.T) {
	stopped := make(chan struct{})
	big := goodPage(1)
	big.Markdown = strings.Repeat("x", 1<<20)
	a := start(t, fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		defer close(stopped)
		emit(document.Event{Kind: document.EventAccepted})
		for ctx.Err() == nil {
			emit(document.Event{Kind: document.EventPage, Page: big})
		}
		return nil, ctx.Err()
	}}, withoutGrace, func(c *server.Config, _ *deps) { c.IdleTimeout = 200 * time.Millisecond })
	conn := a.dial()
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\nContent-Length: 1\r\n\r\nx", streamURL)
	select {
	case <-stopped:
	case <-time.After(time.Minute):
		t.Fatal("still writing to a client that does not read")
	}
}

// TestAnswersAreCompressed checks plain JSON and problems with both encodings.
func TestAnswersAreCompressed(t *testing.T) {
	a := start(t, scripted())
	for _, encoding := range []string{"gzip", "zstd"} {
		req := a.request("GET", "/openapi.yaml", "", nil)
		req.Header.Set("Accept-Encoding", encoding)
		res, err := a.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(uncompressed(t, encoding, res.Body))
		res.Body.Close()
		if err != nil || res.Header.Get("Content-Encoding") != encoding || !strings.HasPrefix(string(b), "openapi:") {
			t.Errorf("%s: %v, %v, %.20q", encoding, err, res.Header, b)
		}
	}
}

func uncompressed(t *testing.T, encoding string, r io.Reader) io.Reader {
	t.Helper()
	switch encoding {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		return z
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(z.Close)
		return z
	}
	return r
}

// follower reads an answer line by line while it comes.
type follower struct {
	t *testing.T
	r *bufio.Reader
}

func (a *api) follow(path, encoding, accept string) (*follower, http.Header) {
	a.t.Helper()
	req := a.request("POST", path, "application/pdf", []byte("x"))
	req.Header.Set("Accept", accept)
	if encoding != "" {
		req.Header.Set("Accept-Encoding", encoding)
	}
	res, err := a.client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != 200 {
		b, _ := io.ReadAll(res.Body)
		a.t.Fatalf("%d %s", res.StatusCode, b)
	}
	return &follower{a.t, bufio.NewReader(uncompressed(a.t, encoding, res.Body))}, res.Header
}

func (f *follower) next() string {
	f.t.Helper()
	line, err := f.r.ReadString('\n')
	if err != nil {
		f.t.Fatalf("after %q: %v", line, err)
	}
	return strings.TrimSuffix(line, "\n")
}

// until reads to a line that contains what, or, for ":", is a comment.
func (f *follower) until(what string) string {
	f.t.Helper()
	for {
		line := f.next()
		if what == ":" && strings.HasPrefix(line, ":") || what != ":" && strings.Contains(line, what) {
			return line
		}
	}
}
