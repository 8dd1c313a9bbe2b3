package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/record"
	"ocr-gateway/webhook"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// listener is a client's server that is told of jobs.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	status int // that it answers with
	told   chan toldOf
}

type toldOf struct {
	id   string
	body struct {
		Type string `json:"type"`
		Data struct {
			ID    string           `json:"id"`
			State record.State     `json:"state"`
			Pages struct{ OK int } `json:"pages"`
			Error *struct {
				Code document.Code `json:"code"`
			} `json:"error"`
		} `json:"data"`
	}
}

func listen(t *testing.T) *listener {
	t.Helper()
	verify, err := standardwebhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{status: http.StatusNoContent, told: make(chan toldOf, 100)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told := toldOf{id: r.Header.Get("webhook-id")}
		if err := errors.Join(verify.Verify(body, r.Header), json.Unmarshal(body, &told.body)); err != nil {
			t.Error(err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		w.WriteHeader(l.status)
		l.told <- told
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) answer(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = status
}

// letterBox is what internal/app makes of notices.
type letterBox struct{ *jobs.Jobs }

func (b letterBox) Take(ctx context.Context) (webhook.Letter, error) {
	n, err := b.TakeNotice(ctx)
	if n == nil {
		return nil, err
	}
	return notice{n}, err
}

type notice struct{ *jobs.Notice }

func (n notice) Message() webhook.Message {
	return webhook.Message{ID: n.ID, URL: n.URL, Body: n.Body}
}
func (n notice) Before() int { return n.Notice.Before }
func (n notice) Done(ctx context.Context, a webhook.Attempt) error {
	return n.Notice.Done(ctx, attemptOf(a))
}

func (n notice) Later(ctx context.Context, a *webhook.Attempt, _ time.Duration) error {
	if a == nil {
		return n.Notice.Later(ctx, nil, 0)
	}
	made := attemptOf(*a)
	return n.Notice.Later(ctx, &made, 0) // at once: no test waits
}

func attemptOf(a webhook.Attempt) record.Attempt {
	return record.Attempt{At: a.At, Status: a.Status, Error: a.Error, Delivered: a.Delivered, Last: a.Last}
}

// telling has gateways of a fixture check webhooks, and send them until the test or the
// function that it returns ends.
func (f *fixture) telling(j *jobs.Jobs, attempts int) (stop func()) {
	f.t.Helper()
	d := webhook.NewDispatcher(f.hooks(attempts), f.sender(), letterBox{j}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); d.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	f.t.Cleanup(stop)
	return stop
}

func (f *fixture) hooks(attempts int) webhook.Config {
	cfg := webhook.DefaultConfig()
	cfg.Secrets, cfg.Attempts, cfg.AllowHTTP, cfg.AllowedNetworks = []string{hookSecret}, attempts, true, []string{"127.0.0.0/8"}
	return cfg
}

func (f *fixture) sender() *webhook.Sender {
	f.t.Helper()
	s, err := webhook.NewSender(f.hooks(1), "test")
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(s.Close)
	return s
}

// submitTelling submits a job that tells an address of its end.
func submitTelling(t *testing.T, j *jobs.Jobs, url, script string) string {
	t.Helper()
	job, err := j.Submit(t.Context(), jobs.Request{
		Owner: "me", Kind: jobs.KindDocument, Webhook: url, Sources: []*document.Source{document.NewSource("a.pdf", []byte(script))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return job.ID
}

// attempts waits until a job's last attempt is noted.
func attempts(t *testing.T, j *jobs.Jobs, id string, n int) []record.Attempt {
	t.Helper()
	for {
		_, all, err := j.Told(t.Context(), "me", id)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) >= n {
			return all
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestEndIsTold(t *testing.T) {
	f := newFixture(t)
	f.check = f.sender().Check
	j := f.open()
	f.telling(j, 14)
	l := listen(t)
	for script, want := range map[string]record.State{"pages:2": record.Succeeded, "damaged": record.Failed} {
		id := submitTelling(t, j, l.URL+"/x?token=1", script)
		told := <-l.told
		if told.id != "msg_"+id || told.body.Data.ID != id || told.body.Data.State != want || told.body.Type != "job."+string(want) {
			t.Errorf("%s: %+v", script, told)
		}
		if want == record.Failed && (told.body.Data.Error == nil || told.body.Data.Error.Code != document.CodeUnreadable) {
			t.Errorf("%s: %+v", script, told)
		}
		all := attempts(t, j, id, 1)
		if len(all) != 1 || all[0].N != 1 || !all[0].Delivered || all[0].Status != 204 {
			t.Errorf("%s: %+v", script, all)
		}
	}
}

func TestToldUntilTaken(t *testing.T) {
	f := newFixture(t)
	f.check = f.sender().Check
	j := f.open()
	f.telling(j, 3)
	l := listen(t)
	l.answer(http.StatusInternalServerError)
	id := submitTelling(t, j, l.URL, "pages:1")
	all := attempts(t, j, id, 3)
	if last := all[2]; len(all) != 3 || last.Delivered || !last.Last || last.Status != 500 || all[1].Last {
		t.Errorf("%+v", all)
	}
	for range 3 {
		<-l.told
	}
	l.answer(http.StatusOK)
	if _, _, err := j.TellAgain(t.Context(), "me", id); err != nil { // by hand
		t.Fatal(err)
	}
	if told := <-l.told; told.id != "msg_"+id {
		t.Errorf("%+v", told)
	}
	all = attempts(t, j, id, 4)
	if last := all[3]; last.N != 4 || !last.Delivered {
		t.Errorf("%+v", all)
	}
	if _, _, err := j.TellAgain(t.Context(), "you", id); err == nil {
		t.Error("another's job is told of")
	}
}

// TestToldAfterCrash: an end that nobody could be told of is told by the next gateway, and
// what was told is not told again.
func TestToldAfterCrash(t *testing.T) {
	f := newFixture(t)
	f.check = f.sender().Check
	first := f.start()
	l := listen(t)
	ids := map[string]bool{}
	for range 5 {
		ids["msg_"+submitTelling(t, first, l.URL, "pages:1")] = true
	}
	for id := range ids {
		if _, err := first.Wait(t.Context(), "me", strings.TrimPrefix(id, "msg_"), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	first.Close(t.Context())

	second := f.start()
	stop := f.telling(second, 14)
	for range 5 {
		told := <-l.told
		if !ids[told.id] {
			t.Errorf("%s is told of twice, or unknown", told.id)
		}
		delete(ids, told.id)
		attempts(t, second, strings.TrimPrefix(told.id, "msg_"), 1)
	}
	stop()
	second.Close(t.Context())

	third := f.open()
	f.telling(third, 14)
	submitTelling(t, third, l.URL, "pages:3")
	if told := <-l.told; told.body.Data.Pages.OK != 3 { // and not one of before
		t.Errorf("%+v", told)
	}
}

func TestWebhooksThatAreRefused(t *testing.T) {
	f := newFixture(t)
	request := func(j *jobs.Jobs, url string) error {
		_, err := j.Submit(t.Context(), jobs.Request{Kind: jobs.KindDocument, Webhook: url, Sources: []*document.Source{document.NewSource("a", []byte("pages:1"))}})
		return err
	}
	f.check = f.sender().Check
	j := f.start()
	for _, url := range []string{"ftp://example.org", "http://10.0.0.1/", "https://169.254.169.254/latest", "x", "https://example.org/" + strings.Repeat("x", 3000)} {
		if p, ok := errors.AsType[*document.Problem](request(j, url)); !ok || p.Code != document.CodeInvalidRequest || p.Parts[0].Field != jobs.OptionWebhook {
			t.Errorf("%.60s: %v", url, p)
		}
	}
	if _, _, err := j.Told(t.Context(), "me", submitTelling(t, j, "", "pages:1")); err == nil {
		t.Error("a job without an address has attempts")
	}
	j.Close(t.Context())
	f.check = nil
	if err := request(f.open(), "https://example.org"); err == nil || !strings.Contains(err.Error(), "webhook.secrets") {
		t.Errorf("without secrets: %v", err)
	}
}
