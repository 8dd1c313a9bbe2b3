package webhook_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/goleak"

	"ocr-gateway/document"
	"ocr-gateway/internal/egress"
	"ocr-gateway/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	older  = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

func settings(change ...func(*webhook.Config)) webhook.Config {
	cfg := webhook.DefaultConfig()
	cfg.Secrets = []string{secret}
	cfg.AllowHTTP, cfg.AllowedNetworks = true, []string{"127.0.0.0/8"}
	for _, f := range change {
		f(&cfg)
	}
	return cfg
}

func sender(t *testing.T, cfg webhook.Config) *webhook.Sender {
	t.Helper()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := webhook.NewSender(cfg, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// receiver is a client's server: it checks each message with the standard's own library
// and answers with the next status, the last one for ever.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	ids    []string
	bodies []string
}

func receive(t *testing.T, statuses ...int) *receiver {
	t.Helper()
	r := &receiver{}
	verify, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		if err := verify.Verify(body, req.Header); err != nil || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %v: %v", req.Method, req.Header, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ids = append(r.ids, req.Header.Get("webhook-id"))
		r.bodies = append(r.bodies, string(body))
		if statuses[0] == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1800")
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(statuses[0])
		if len(statuses) > 1 {
			statuses = statuses[1:]
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// TestSignature has the example of the specification.
func TestSignature(t *testing.T) {
	var got http.Header
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	defer srv.Close()
	s := sender(t, settings(func(c *webhook.Config) { c.Secrets = []string{secret, older} }))
	s.At(time.Unix(1614265330, 0))
	m := webhook.Message{ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", URL: srv.URL, Body: []byte(`{"test": 2432232314}`)}
	if a, _ := s.Send(t.Context(), m); !a.Delivered || a.Status != 200 || a.Error != "" {
		t.Errorf("%+v", a)
	}
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; strings.Fields(got.Get("webhook-signature"))[0] != want || got.Get("webhook-timestamp") != "1614265330" {
		t.Errorf("%v, want %s", got, want)
	}
	for _, s := range []string{secret, older} { // a receiver that has either
		verify, err := standardwebhooks.NewWebhook(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify.VerifyIgnoringTimestamp(m.Body, got); err != nil {
			t.Error(err)
		}
		if verify.VerifyIgnoringTimestamp(append(m.Body, ' '), got) == nil {
			t.Error("another body is believed")
		}
	}
}

// outbox is one in memory, in which no time passes: what is to be sent later is given out
// at once, and how long it should have waited is noted.
type outbox struct {
	mu      sync.Mutex
	letters []*letter
	due     chan *letter
	over    context.CancelFunc
	fail    int // so many calls of Done fail, as if the process had died before them
}

type letter struct {
	box      *outbox
	m        webhook.Message
	attempts []webhook.Attempt
	waited   []time.Duration
	crowded  int
	done     bool
}

func (o *outbox) put(m webhook.Message) *letter {
	l := &letter{box: o, m: m}
	o.letters = append(o.letters, l)
	o.due <- l
	return l
}

func (o *outbox) Take(ctx context.Context) (webhook.Letter, error) {
	select {
	case l := <-o.due:
		return l, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *letter) Message() webhook.Message { return l.m }

func (l *letter) Before() int {
	l.box.mu.Lock()
	defer l.box.mu.Unlock()
	return len(l.attempts)
}

func (l *letter) Done(_ context.Context, a webhook.Attempt) error {
	l.box.mu.Lock()
	defer l.box.mu.Unlock()
	if l.box.fail > 0 {
		l.box.fail--
		l.box.due <- l
		return errors.New("the disk is full")
	}
	l.attempts, l.done = append(l.attempts, a), true
	if !slices.ContainsFunc(l.box.letters, func(l *letter) bool { return !l.done }) {
		l.box.over()
	}
	return nil
}

func (l *letter) Later(_ context.Context, a *webhook.Attempt, after time.Duration) error {
	l.box.mu.Lock()
	defer l.box.mu.Unlock()
	if a == nil {
		l.crowded++
	} else {
		l.attempts, l.waited = append(l.attempts, *a), append(l.waited, after)
	}
	l.box.due <- l
	return nil
}

// deliver runs until all messages are done.
func deliver(t *testing.T, cfg webhook.Config, fill func(*outbox)) (log string, counts map[string]int64) {
	t.Helper()
	ctx, over := context.WithCancel(t.Context())
	o := &outbox{due: make(chan *letter, 100), over: over}
	fill(o)
	var out bytes.Buffer
	d := webhook.NewDispatcher(cfg, sender(t, cfg), o, slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	d.Run(ctx)
	return out.String(), d.Counts()
}

// end is how one message ends that a receiver answers so.
func end(t *testing.T, cfg webhook.Config, statuses ...int) (*letter, *receiver, map[string]int64) {
	t.Helper()
	r := receive(t, statuses...)
	var l *letter
	_, counts := deliver(t, cfg, func(o *outbox) {
		l = o.put(webhook.Message{ID: "msg_1", URL: r.URL + "/hook", Body: []byte(`{"type":"job.succeeded"}`)})
	})
	return l, r, counts
}

func TestTriesUntilTaken(t *testing.T) {
	l, r, counts := end(t, settings(), 500, 429, 400, 302, 204)
	last := l.attempts[len(l.attempts)-1]
	if len(l.attempts) != 5 || !last.Delivered || !last.Last || last.Status != 204 || counts["delivered"] != 1 || counts["failed"] != 4 {
		t.Errorf("%+v, %v", l.attempts, counts)
	}
	for i, want := range []time.Duration{5, 10, 20, 40} { // each spread over its upper half
		if got := l.waited[i]; got < want*time.Second/2 || got > want*time.Second {
			t.Errorf("wait %d is %s", i+1, got)
		}
	}
	if len(slices.Compact(r.ids)) != 1 || r.ids[0] != "msg_1" || len(slices.Compact(r.bodies)) != 1 {
		t.Errorf("%q %q", r.ids, r.bodies)
	}
}

func TestGivesUp(t *testing.T) {
	l, _, counts := end(t, settings(func(c *webhook.Config) { c.Attempts = 3 }), 500)
	if last := l.attempts[2]; len(l.attempts) != 3 || last.Delivered || !last.Last || l.attempts[1].Last || counts["given_up"] != 1 || counts["failed"] != 2 {
		t.Errorf("%+v, %v", l.attempts, counts)
	}
	l, _, _ = end(t, settings(), http.StatusGone)
	if len(l.attempts) != 1 || !l.attempts[0].Last || l.attempts[0].Delivered || l.attempts[0].Status != 410 {
		t.Errorf("gone: %+v", l.attempts)
	}
}

func TestWaitsAsLongAsItIsAsked(t *testing.T) {
	l, _, _ := end(t, settings(), http.StatusServiceUnavailable, 200)
	if len(l.waited) != 1 || l.waited[0] != 30*time.Minute {
		t.Errorf("%v", l.waited)
	}
}

// TestDiesAfterSending: what was sent and not written down is sent again, under its id.
func TestDiesAfterSending(t *testing.T) {
	r := receive(t, 200)
	var l *letter
	deliver(t, settings(), func(o *outbox) {
		o.fail = 1
		l = o.put(webhook.Message{ID: "msg_1", URL: r.URL, Body: []byte("{}")})
	})
	if !l.done || !slices.Equal(r.ids, []string{"msg_1", "msg_1"}) {
		t.Errorf("%v, %q", l.done, r.ids)
	}
}

// TestHostThatHangs: one that does not answer holds its own messages up, not those of others.
func TestHostThatHangs(t *testing.T) {
	served := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-served }))
	defer hanging.Close()
	good := receive(t, 200)
	var mu sync.Mutex
	left := 10
	watch := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if left--; left == 0 {
			close(served) // the hanging host's messages can be taken only now
		}
	}))
	defer watch.Close()
	var held []*letter
	deliver(t, settings(func(c *webhook.Config) { c.Parallel = 4 }), func(o *outbox) {
		for range 10 {
			held = append(held, o.put(webhook.Message{ID: "h", URL: hanging.URL, Body: []byte("{}")}))
		}
		for range 10 {
			o.put(webhook.Message{ID: "g", URL: watch.URL, Body: []byte("{}")})
		}
		o.put(webhook.Message{ID: "g", URL: good.URL, Body: []byte("{}")})
	})
	for _, l := range held {
		if !l.attempts[0].Delivered { // nothing else was delivered until it timed out
			t.Errorf("%+v", l.attempts)
		}
	}
}

func TestWhereItGoes(t *testing.T) {
	open := sender(t, settings())
	strict := sender(t, settings(func(c *webhook.Config) { c.AllowHTTP, c.AllowedNetworks = false, nil }))
	silent := sender(t, settings(func(c *webhook.Config) { c.Secrets = nil }))
	for _, tt := range []struct {
		s            *webhook.Sender
		address, why string
	}{
		{open, "http://127.0.0.1:8080/x?token=1", ""},
		{strict, "https://hooks.example.org/", ""},
		{strict, "http://hooks.example.org/", "webhook_url must begin with https://"},
		{strict, "https://127.0.0.1/", "webhook_url is at an address"},
		{strict, "nonsense", "https://"},
		{silent, "https://hooks.example.org/", "webhook.secrets"},
	} {
		err := tt.s.Check("webhook_url", tt.address)
		p, _ := errors.AsType[*document.Problem](err)
		if (err == nil) != (tt.why == "") || err != nil && (p == nil || !strings.Contains(p.Detail, tt.why) || p.Parts[0].Field != "webhook_url") {
			t.Errorf("%s: %v", tt.address, err)
		}
	}
	hit := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a private address was called") }))
	defer hit.Close()
	a, _ := sender(t, settings(func(c *webhook.Config) { c.AllowedNetworks = nil })).Send(t.Context(), webhook.Message{ID: "m", URL: hit.URL})
	if a.Delivered || a.Last || !strings.Contains(a.Error, "no public one") || strings.Contains(a.Error, "127") {
		t.Errorf("%+v", a)
	}
}

// TestSecretsStaySecret: no log, error or header has one, nor the address, which may hold
// a token.
func TestSecretsStaySecret(t *testing.T) {
	r := receive(t, 500)
	log, _ := deliver(t, settings(func(c *webhook.Config) { c.Attempts = 2 }), func(o *outbox) {
		o.put(webhook.Message{ID: "m", URL: r.URL + "/hook?token=t0ken", Body: []byte("{}")})
	})
	if !strings.Contains(log, "given_up") {
		t.Fatalf("no log: %s", log)
	}
	for _, word := range []string{"t0ken", strings.TrimPrefix(secret, "whsec_")} {
		if strings.Contains(log, word) {
			t.Errorf("the log has %s: %s", word, log)
		}
	}
	short := base64.StdEncoding.EncodeToString([]byte("short"))
	for _, bad := range []string{short, "whsec_" + short, "whsec_%%%", "", base64.StdEncoding.EncodeToString(make([]byte, 65))} {
		cfg := settings(func(c *webhook.Config) { c.Secrets = []string{secret, bad} })
		err := cfg.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "secrets") || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSettings(t *testing.T) {
	if err := webhook.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, change := range map[string]func(*webhook.Config){
		"attempts":      func(c *webhook.Config) { c.Attempts = 0 },
		"parallel":      func(c *webhook.Config) { c.Parallel = 0 },
		"timeout":       func(c *webhook.Config) { c.Policy = egress.Policy{} },
		"allowed_hosts": func(c *webhook.Config) { c.AllowedHosts = []string{"a/b"} },
	} {
		if err := settings(change).Validate(); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
