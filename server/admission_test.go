package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

// upload is a request whose body a test writes piece by piece.
type upload struct {
	body   *io.PipeWriter
	answer chan reply
}

// begin sends the head of a request. length is what it declares, -1 for nothing.
func (a *api) begin(path, key string, length int64) *upload {
	a.t.Helper()
	r, w := io.Pipe()
	req, err := http.NewRequestWithContext(a.t.Context(), "POST", a.base+path, r)
	if err != nil {
		a.t.Fatal(err)
	}
	req.ContentLength = length
	req.Header.Set("Content-Type", "application/pdf")
	req.Header.Set("X-API-Key", key)
	u := &upload{w, make(chan reply, 1)}
	go func() {
		defer r.Close() // what nobody reads any more
		res, err := a.client.Do(req)
		if err != nil {
			u.answer <- reply{a.t, 0, nil, []byte(err.Error())}
			return
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body) // what came of it
		u.answer <- reply{a.t, res.StatusCode, res.Header, b}
	}()
	return u
}

// end closes the body and gives the answer.
func (u *upload) end() reply {
	u.body.Close()
	return <-u.answer
}

// queue is what /health says of it.
func (a *api) queue() map[string]any {
	return a.get("/health").want(200, "")["queue"].(map[string]any)
}

// until asks until the queue shows what is wanted.
func (a *api) until(name string, want float64) {
	a.t.Helper()
	for end := time.Now().Add(time.Minute); a.queue()[name] != want; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			a.t.Fatalf("%s is not %v: %v", name, want, a.queue())
		}
	}
}

// met checks that an answer names the limit, says when to come again, and is counted.
func (a *api) met(r reply, status int, code, limit string) {
	a.t.Helper()
	body := r.want(status, code)
	if body["limit"] != limit || body["retryable"] != true {
		a.t.Errorf("limit %v, want %s: %s", body["limit"], limit, r.body)
	}
	if after, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || after < 1 || after > 60 {
		a.t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}
	req := a.request("GET", "/metrics", "", nil)
	req.Header.Set("X-API-Key", "key-of-anna")
	if m := string(a.do(req).body); !strings.Contains(m, fmt.Sprintf(`ocr_gateway_refused_total{limit=%q}`, limit)) {
		a.t.Errorf("metrics do not count %s", limit)
	}
}

func (a *api) postAs(key string) reply {
	a.t.Helper()
	body, contentType := newForm().file("file", "a", "x").encode()
	req := a.request("POST", documentURL, contentType, body)
	req.Header.Set("X-API-Key", key)
	return a.do(req)
}

func byKey(n int) func(*server.Config, *deps) {
	return func(c *server.Config, _ *deps) {
		c.MaxRequests, c.APIKeys = n, []string{"key-of-anna", "key-of-bert"}
	}
}

// TestSlowUploadsTakeNoPlace fills the uploads with clients that stand still: others
// are served, and who stands still is bounded too.
func TestSlowUploadsTakeNoPlace(t *testing.T) {
	a := start(t, scripted(), byKey(2))
	var slow []*upload
	for range 2 {
		slow = append(slow, a.begin(documentURL, "key-of-anna", -1))
	}
	a.until("uploading", 2)
	if q := a.queue(); q["running"] != 0.0 {
		t.Errorf("uploads count as running: %v", q)
	}
	a.met(a.postAs("key-of-anna"), 503, "overloaded", "max_requests") // alone it may have as many as may run
	a.postAs("key-of-bert").want(200, "")
	slow = append(slow, a.begin(documentURL, "key-of-bert", -1))
	a.until("uploading", 3)
	a.met(a.postAs("key-of-bert"), 429, "too_many_requests", "max_requests_per_client") // together each has half
	for _, u := range slow {
		io.WriteString(u.body, "pages:1")
		if r := u.end(); r.status != 200 {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	a.until("uploading", 0)
}

// TestUploadsAreBounded has many clients send at once.
func TestUploadsAreBounded(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) {
		c.MaxRequests, c.MaxRequestsPerClient = 1, 1
		for i := range 4 {
			c.APIKeys = append(c.APIKeys, fmt.Sprintf("key-number-%d", i))
		}
		c.APIKeys = append(c.APIKeys, "key-of-anna")
	})
	first, second := a.begin(documentURL, "key-number-0", -1), a.begin(documentURL, "key-number-1", -1)
	a.until("uploading", 2)
	a.met(a.postAs("key-number-2"), 503, "overloaded", "uploads")
	for _, u := range []*upload{first, second} {
		io.WriteString(u.body, "pages:1")
		if r := u.end(); r.status != 200 {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	a.until("uploading", 0)
	a.postAs("key-number-2").want(200, "")
}

// TestClientsShareThePlaces: alone a client may take all, and who is turned away has
// its turn before that client gets more than its share again.
func TestClientsShareThePlaces(t *testing.T) {
	p, running, release := blocking()
	a := start(t, p, byKey(4))
	var wg sync.WaitGroup
	post := func(key string) { wg.Go(func() { a.postAs(key).want(200, "") }) }
	for range 4 {
		post("key-of-anna")
	}
	for range 4 {
		<-running
	}
	for _, key := range []string{"key-of-anna", "key-of-bert"} {
		a.met(a.postAs(key), 503, "overloaded", "max_requests")
	}
	for range 2 {
		release <- struct{}{}
	}
	a.until("running", 2)
	a.met(a.postAs("key-of-anna"), 429, "too_many_requests", "max_requests_per_client")
	post("key-of-bert")
	<-running
	a.met(a.postAs("key-of-anna"), 429, "too_many_requests", "max_requests_per_client")
	close(release)
	wg.Wait()
	a.postAs("key-of-anna").want(200, "")
}

// TestCompleteUploadsWaitForAPlace: what was sent is not sent for nothing, as long as
// its deadline allows.
func TestCompleteUploadsWaitForAPlace(t *testing.T) {
	for name, tc := range map[string]struct {
		query  string
		status int
		code   string
	}{"served": {"", 200, ""}, "too late": {"?deadline_ms=50", 504, "deadline_exceeded"}} {
		t.Run(name, func(t *testing.T) {
			p, running, release := blocking()
			a := start(t, p, byKey(1))
			first, second := a.begin(documentURL, "key-of-anna", -1), a.begin(documentURL+tc.query, "key-of-bert", -1)
			a.until("uploading", 2)
			io.WriteString(first.body, "x")
			first.body.Close()
			<-running
			io.WriteString(second.body, "x")
			second.body.Close()
			if tc.code != "" {
				(<-second.answer).want(tc.status, tc.code)
				a.until("uploading", 0)
			}
			close(release)
			(<-first.answer).want(200, "")
			if tc.code == "" {
				(<-second.answer).want(tc.status, "")
			}
		})
	}
}

func TestPagesAreBounded(t *testing.T) {
	running, release := make(chan struct{}), make(chan struct{})
	p := fakePipeline{func(ctx ctxt, src *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		script := parseScript(read(src))
		emit(document.Event{Kind: document.EventAccepted, Summary: document.Summary{Pages: script.pages}})
		if ctx.Err() != nil {
			return &document.Result{Status: document.StatusCanceled}, document.Problemf(document.CodeCanceled, "", "stopped")
		}
		running <- struct{}{}
		<-release
		return play(ctx, script, func(e document.Event) {
			if e.Page != nil {
				emit(e)
			}
		})
	}}
	a := start(t, p, byKey(8), func(c *server.Config, _ *deps) { c.APIKeys, c.MaxQueuedPages = nil, 10 })
	send := func(path, pages string) reply { return a.postForm(path, newForm().file("file", "a", "pages:"+pages)) }
	var wg sync.WaitGroup
	wg.Go(func() { send(documentURL, "12").want(200, "") }) // alone it is let in
	<-running
	if q := a.queue(); q["pages"] != 12.0 {
		t.Errorf("queue %v", q)
	}
	for _, path := range []string{documentURL, streamURL, recognizeURL} {
		field := "file"
		if path == recognizeURL {
			field = "image"
		}
		a.met(a.postForm(path, newForm().file(field, "a", "pages:1")), 503, "overloaded", "max_queued_pages")
	}
	release <- struct{}{}
	wg.Wait()
	a.until("pages", 0)
	for _, pages := range []string{"6", "4"} {
		wg.Go(func() { send(documentURL, pages).want(200, "") })
		<-running
	}
	a.met(send(documentURL, "1"), 503, "overloaded", "max_queued_pages")
	close(release)
	wg.Wait()
	a.until("pages", 0)
}

// TestRetryAfterFollowsTheRate: one page was done in the first second, thirty wait.
func TestRetryAfterFollowsTheRate(t *testing.T) {
	running, release := make(chan struct{}), make(chan struct{})
	p := fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		emit(document.Event{Kind: document.EventAccepted, Summary: document.Summary{Pages: 1000}})
		emit(document.Event{Kind: document.EventPage, Page: goodPage(1), Summary: document.Summary{Pages: 1000, OK: 1}})
		running <- struct{}{}
		<-release
		return &document.Result{Status: document.StatusOK}, nil
	}}
	a := start(t, p, func(c *server.Config, _ *deps) { c.MaxRequests = 1 })
	go func() {
		<-running
		r := a.postForm(documentURL, newForm().file("file", "a", "x"))
		if r.header.Get("Retry-After") != "60" {
			t.Errorf("%d, Retry-After %q for 999 pages at a page a second", r.status, r.header.Get("Retry-After"))
		}
		close(release)
	}()
	a.postForm(documentURL, newForm().file("file", "a", "x")).want(200, "")
}

func TestDiskAndMemoryAreGuarded(t *testing.T) {
	small, large := strings.Repeat("x", 1<<20), "pages:1 "+strings.Repeat("x", 1<<20)
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.MinFreeDisk = 1 << 60 })
	a.post(documentURL, "application/pdf", []byte(small)).want(200, "") // stays in memory
	a.met(a.post(documentURL, "application/pdf", []byte(large)), 503, "overloaded", "min_free_disk")
	u := a.begin(documentURL, "", -1) // declares nothing, so it is asked when it comes
	io.WriteString(u.body, "pages:1")
	a.met(u.end(), 503, "overloaded", "min_free_disk")

	b := start(t, scripted(), func(c *server.Config, _ *deps) { c.MinFreeMemory = 1 << 60 })
	b.met(b.post(documentURL, "application/pdf", []byte("pages:1")), 503, "overloaded", "min_free_memory")
	b.get("/livez").want(200, "")
}

// TestPromisedBytesCount: uploads that are on their way count before they are there.
func TestPromisedBytesCount(t *testing.T) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(t.TempDir(), &disk); err != nil {
		t.Fatal(err)
	}
	free := int64(disk.Bavail) * disk.Bsize
	if free < 256<<20 {
		t.Skip("the disk is too full for this test")
	}
	a := start(t, scripted(), func(c *server.Config, _ *deps) {
		c.MaxUploadBytes = free
		c.MinFreeDisk = 64 << 20
	})
	half := free/2 + 1<<20
	first := a.begin(documentURL, "", half)
	a.until("uploading", 1)
	second := a.begin(documentURL, "", half)
	a.met(<-second.answer, 503, "overloaded", "min_free_disk")
	first.body.CloseWithError(io.ErrUnexpectedEOF)
	<-first.answer
	a.until("uploading", 0)
	third := a.begin(documentURL, "", half) // the first has left
	a.until("uploading", 1)
	third.body.CloseWithError(io.ErrUnexpectedEOF)
	<-third.answer
}

// TestStopEndsUploads: a server that stops tells who still sends.
func TestStopEndsUploads(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) {
		c.DrainTimeout, c.IdleTimeout = 50*time.Millisecond, time.Minute
	})
	u := a.begin(documentURL, "", -1)
	a.until("uploading", 1)
	a.stop()
	body := (<-u.answer).want(503, "overloaded")
	if !strings.Contains(body["detail"].(string), "interrupted") {
		t.Errorf("%v", body)
	}
	u.body.CloseWithError(context.Canceled)
	a.done <- <-a.done
}

// TestDrainServesWhoIsHere: who has begun to send before the stop is served.
func TestDrainServesWhoIsHere(t *testing.T) {
	a := start(t, scripted())
	u := a.begin(documentURL, "", -1)
	a.until("uploading", 1)
	a.stop()
	for a.get("/readyz").status != 503 {
		time.Sleep(time.Millisecond)
	}
	io.WriteString(u.body, "pages:1")
	u.end().want(200, "")
	a.done <- <-a.done
}

// TestTurnedAwayConnections are told why, and counted.
func TestTurnedAwayConnections(t *testing.T) {
	a := start(t, scripted())
	near, far := net.Pipe()
	go a.server.TurnAway(near)
	res, err := http.ReadResponse(bufio.NewReader(far), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a.met(reply{t, res.StatusCode, res.Header, b}, 503, "overloaded", "connections")
}
