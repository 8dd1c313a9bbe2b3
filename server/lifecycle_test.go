package server_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

// blocking is a pipeline that waits to be released, or for its context.
func blocking() (p fakePipeline, running, release chan struct{}) {
	running, release = make(chan struct{}, 100), make(chan struct{})
	return fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		emit(document.Event{Kind: document.EventAccepted, Summary: document.Summary{Pages: 1}})
		running <- struct{}{}
		select {
		case <-release:
			emit(document.Event{Kind: document.EventPage, Page: goodPage(1), Summary: document.Summary{Pages: 1, OK: 1}})
			return &document.Result{Status: document.StatusOK}, nil
		case <-ctx.Done():
			return nil, document.Problemf(document.CodeCanceled, "", "stopped").Because(ctx.Err())
		}
	}}, running, release
}

func TestAdmission(t *testing.T) {
	p, running, release := blocking()
	a := start(t, p, func(c *server.Config, _ *deps) { c.MaxRequests = 2 })
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			a.postForm(documentURL, newForm().file("file", "a", "x")).want(200, "")
		})
	}
	<-running
	<-running
	r := a.postForm(documentURL, newForm().file("file", "a", "x"))
	r.want(503, "overloaded")
	if r.header.Get("Retry-After") == "" || r.json()["retryable"] != true {
		t.Errorf("%v %s", r.header, r.body)
	}
	h := a.get("/health").want(200, "")
	if q := h["queue"].(map[string]any); q["running"] != 2.0 || q["limit"] != 2.0 {
		t.Errorf("queue %v", q)
	}
	close(release)
	wg.Wait()
	a.postForm(documentURL, newForm().file("file", "a", "x")).want(200, "")
}

// TestDrain stops the server while a request runs: probes see it at once, new
// work is refused, the running request ends well.
func TestDrain(t *testing.T) {
	p, running, release := blocking()
	a := start(t, p)
	answered := make(chan reply, 1)
	go func() { answered <- a.postForm(documentURL, newForm().file("file", "a", "x")) }()
	<-running
	a.stop()
	for a.get("/readyz").status != 503 { // until the server has heard of it
		time.Sleep(time.Millisecond)
	}
	if h := a.get("/health").want(200, ""); h["status"] != "stopping" || h["ready"] != false {
		t.Errorf("health %v", h)
	}
	a.postForm(documentURL, newForm().file("file", "a", "x")).want(503, "overloaded")
	close(release)
	(<-answered).want(200, "")
	a.done <- <-a.done
}

// TestDrainTimeout stops a server whose work does not end: contexts are
// canceled and the clients are told.
func TestDrainTimeout(t *testing.T) {
	p, running, _ := blocking()
	a := start(t, p, func(c *server.Config, _ *deps) { c.DrainTimeout = 50 * time.Millisecond })
	plain, stream := make(chan reply, 1), make(chan reply, 1)
	go func() { plain <- a.postForm(documentURL, newForm().file("file", "a", "x")) }()
	go func() { stream <- a.postForm(streamURL, newForm().file("file", "a", "x")) }()
	<-running
	<-running
	a.stop()
	(<-plain).want(503, "overloaded")
	evs, _ := events(t, string((<-stream).body))
	if got := names(evs); got != "job.accepted document.canceled" {
		t.Errorf("events %s", got)
	}
	checkSchema(t, "Ending", evs[1].data)
	a.done <- <-a.done
}

func TestAccessLog(t *testing.T) {
	a := start(t, scripted())
	a.postForm(recognizeURL+"?password=hidden-one", newForm().file("image", "a", "pages:1")).want(200, "")
	a.postForm(documentURL, newForm().file("image", "a", "panic")).want(500, "internal")
	a.stop()
	a.done <- <-a.done
	log := a.logged()
	for _, want := range []string{`"path":"/api/ocr/recognize","status":200`, `"path":"/api/ocr/document","status":500`, `"panic":"scripted"`} {
		if !strings.Contains(log, want) {
			t.Errorf("log lacks %s:\n%s", want, log)
		}
	}
	if strings.Contains(log, "hidden-one") {
		t.Error("the query is in the log")
	}
}

func TestMetricsCountPages(t *testing.T) {
	a := start(t, scripted())
	a.postForm(documentURL, newForm().file("file", "a", "pages:3 fail:1")).want(200, "")
	a.get("/no/such/place")
	a.do(a.request("BREW", "/no/such/place", "", nil))
	m := string(a.get("/metrics").body)
	for _, want := range []string{
		`ocr_gateway_pages_total{status="ok"} 2`, `ocr_gateway_pages_total{status="failed"} 1`, `ocr_gateway_requests_running 0`,
		`ocr_gateway_http_requests_total{method="GET",route="other",status="404"} 1`,
		`ocr_gateway_http_requests_total{method="other",route="other",status="404"} 1`,
	} {
		if !strings.Contains(m, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}

// TestStopDoesNotWaitForUnusedConnections, which clients open in advance.
func TestStopDoesNotWaitForUnusedConnections(t *testing.T) {
	a := start(t, scripted())
	conn := a.dial()
	defer conn.Close()
	a.get("/livez").want(200, "") // accepted after it, so the server has both
	a.stop()
	a.done <- <-a.done // a server that waits for them has to cut them off: an error, see start
}

// TestDrainTimeoutEndsLines interrupts an answer that has begun: it ends with a line that
// says so.
func TestDrainTimeoutEndsLines(t *testing.T) {
	running := make(chan struct{})
	p := fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		emit(document.Event{Kind: document.EventPage, Page: goodPage(1), Summary: document.Summary{Pages: 2, OK: 1}})
		running <- struct{}{}
		<-ctx.Done()
		return nil, document.Problemf(document.CodeCanceled, "", "stopped").Because(ctx.Err())
	}}
	a := start(t, p, func(c *server.Config, _ *deps) { c.DrainTimeout = 50 * time.Millisecond })
	answer := make(chan reply, 1)
	body, contentType := newForm().file("file", "a", "x").encode()
	req := a.request("POST", documentURL, contentType, body)
	req.Header.Set("Accept", "application/x-ndjson")
	go func() { answer <- a.do(req) }()
	<-running
	a.stop()
	r := <-answer
	lines := strings.Split(strings.TrimSpace(string(r.body)), "\n")
	if r.status != 200 || len(lines) != 2 || !strings.Contains(lines[1], `"status":"canceled"`) || !strings.Contains(lines[1], "interrupted") {
		t.Errorf("%d %s", r.status, r.body)
	}
	a.done <- <-a.done
}
