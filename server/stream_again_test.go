package server_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

// again takes a stream up after an event; empty is from the beginning.
func (a *api) again(location, after, key string) reply {
	a.t.Helper()
	req := a.request("GET", location, "", nil)
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	req.Header.Set("X-API-Key", key)
	return a.do(req)
}

// begun starts a stream and reads it up to something; then the client goes.
func (a *api) begun(key, until string) (location, read string) {
	a.t.Helper()
	req := a.request("POST", streamURL, "application/pdf", []byte("x"))
	req.Header.Set("X-API-Key", key)
	res, err := a.client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	var all bytes.Buffer
	for buf := make([]byte, 64); !strings.Contains(all.String(), until); {
		n, err := res.Body.Read(buf)
		if all.Write(buf[:n]); err != nil {
			a.t.Fatalf("after %q: %v", all.String(), err)
		}
	}
	return res.Header.Get("Location"), all.String()
}

// TestStreamIsTakenUpAgain after each of its events: what comes is what an unbroken reader gets,
// and after the last event nothing.
func TestStreamIsTakenUpAgain(t *testing.T) {
	p, next := paced(3)
	a := start(t, p, func(c *server.Config, _ *deps) { c.StreamGrace = time.Hour }) // however slow the machine is
	location, _ := a.begun("", "event: job.accepted")
	whole := make(chan reply, 1)
	go func() { whole <- a.again(location, "", "") }()
	for range 3 {
		next <- struct{}{}
	}
	r := <-whole
	evs, _ := events(t, string(r.body))
	if got := names(evs); got != "job.accepted page.completed job.progress page.completed job.progress page.completed job.progress document.completed" {
		t.Fatalf("events %s", got)
	}
	head, _, _ := strings.Cut(string(r.body), "id: 1\n")
	for _, e := range evs[:len(evs)-1] {
		_, rest, _ := strings.Cut(string(r.body), "id: "+e.id+"\n")
		_, rest, _ = strings.Cut(rest, "\n\n")
		if got := a.again(location, e.id, ""); string(got.body) != head+rest {
			t.Errorf("after event %s comes\n%s\nwant\n%s", e.id, got.body, rest)
		}
	}
	if got := a.again(location, evs[len(evs)-1].id, ""); got.status != 204 || len(got.body) > 0 {
		t.Errorf("after the last event: %d %q", got.status, got.body)
	}
	a.again(location, "x", "").want(422, "invalid_request")
	a.again(streamURL+"/another", "", "").want(404, "not_found")
}

// TestStreamIsOfItsKey: to others there is none.
func TestStreamIsOfItsKey(t *testing.T) {
	p, canceled := pageThenNothing()
	a := start(t, p, func(cfg *server.Config, _ *deps) { cfg.APIKeys = []string{"the first key", "the second key"} })
	location, _ := a.begun("the first key", "event: page.completed")
	end := func(key string) reply {
		req := a.request("DELETE", location, "", nil)
		req.Header.Set("X-API-Key", key)
		return a.do(req)
	}
	a.again(location, "", "the second key").want(404, "not_found")
	a.again(location, "", "no key").want(401, "unauthorized")
	end("the second key").want(404, "not_found")
	if r := end("the first key"); r.status != 204 {
		t.Errorf("ending it gives %d", r.status)
	}
	<-canceled
	evs, _ := events(t, string(a.again(location, "3", "the first key").body))
	if got := names(evs); got != "document.canceled" {
		t.Errorf("then comes %s", got)
	}
}

// TestStreamIsGivenUp when its client does not come back, and not before.
func TestStreamIsGivenUp(t *testing.T) {
	const grace = 300 * time.Millisecond
	p, canceled := pageThenNothing()
	a := start(t, p, func(c *server.Config, _ *deps) { c.StreamGrace = grace })
	began := time.Now()
	a.begun("", "event: page.completed")
	<-canceled
	if strings.Contains(a.logged(), `"level":"ERROR"`) {
		t.Errorf("a client that goes is no error:\n%s", a.logged())
	}
	if took := time.Since(began); took < grace {
		t.Errorf("given up after %s", took)
	}
}

// TestStreamWithoutGrace comes whole, however soon its work is over.
func TestStreamWithoutGrace(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.StreamGrace = 0 })
	for range 20 {
		r := a.postForm(streamURL, newForm().file("file", "a.pdf", "pages:1"))
		if evs, _ := events(t, string(r.body)); r.status != 200 || !strings.HasSuffix(names(evs), "document.completed") {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
}

// TestStreamOutlivesItsReaders: the events of a long document go to a file, and nobody has to
// read them while they are made.
func TestStreamOutlivesItsReaders(t *testing.T) {
	const pages = 40
	big := strings.Repeat("x", 64<<10)
	done := make(chan struct{})
	a := start(t, fakePipeline{func(_ ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		defer close(done)
		emit(document.Event{Kind: document.EventAccepted})
		for n := 1; n <= pages; n++ {
			page := goodPage(n)
			page.Markdown = big
			emit(document.Event{Kind: document.EventPage, Page: page})
		}
		return &document.Result{Status: document.StatusOK}, nil
	}})
	location, _ := a.begun("", "event: job.accepted")
	<-done
	evs, _ := events(t, string(a.again(location, "1", "").body))
	if len(evs) != 2*pages+1 || evs[0].id != "2" {
		t.Errorf("%d events", len(evs))
	}
}

// TestStreamDetached is a job: its events go on where those of the stream broke off.
func TestStreamDetached(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	r := a.postForm(streamURL, newForm().file("file", "a.pdf", "pages:2").field("detach", "true"))
	evs, _ := events(t, string(r.body))
	if got := names(evs); !strings.HasPrefix(got, "job.accepted file.opened ") || !strings.HasSuffix(got, " document.completed") {
		t.Fatalf("%d, events %s", r.status, got)
	}
	location := r.header.Get("Location")
	if want := jobsURL + "/" + evs[0].data["id"].(string) + "/events"; location != want {
		t.Fatalf("Location %q, want %q", location, want)
	}
	rest, _ := events(t, string(a.again(location, "3", "").body))
	if len(rest) != len(evs)-3 || rest[0].id != "4" {
		t.Errorf("after event 3 come %v", names(rest))
	}
	a.postForm(streamURL, newForm().file("file", "a.pdf", "pages:2").field("detach", "perhaps")).want(422, "invalid_request")
	a.postForm(documentURL, newForm().file("file", "a.pdf", "pages:2").field("detach", "true")).want(422, "invalid_request")
	none := start(t, scripted())
	none.postForm(streamURL, newForm().file("file", "a.pdf", "pages:2").field("detach", "true")).want(501, "jobs_disabled")
}

// TestStreamOfAClientThatLeavesFirst, before it is told where to come back to, ends at once.
func TestStreamOfAClientThatLeavesFirst(t *testing.T) {
	running, canceled := make(chan struct{}), make(chan struct{})
	a := start(t, fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, _ func(document.Event)) (*document.Result, error) {
		close(running)
		<-ctx.Done()
		close(canceled)
		return nil, ctx.Err()
	}})
	conn := a.dial()
	io.WriteString(conn, rawRequest("1.1", streamURL, "text/event-stream", ""))
	<-running
	conn.Close()
	<-canceled
}
