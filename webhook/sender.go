// Package webhook notifies clients' servers of events, as specified at
// https://www.standardwebhooks.com: signed, at least once, and repeated until they are accepted.
package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ocr-gateway/document"
	"ocr-gateway/internal/egress"
)

// Message is a notice to send.
type Message struct {
	// ID is the same in every attempt, so that a receiver can recognize duplicates.
	ID   string `json:"id"`
	URL  string `json:"url"`
	Body []byte `json:"body"` // JSON
}

// Attempt is the outcome of one attempt to deliver a message. It may be shown to the client that
// asked for the message.
type Attempt struct {
	At         time.Time `json:"at"`
	DurationMS int64     `json:"duration_ms"`
	Status     int       `json:"status,omitempty"` // of the answer, where one came
	Error      string    `json:"error,omitempty"`
	Delivered  bool      `json:"delivered"`
	// Last says that no attempt follows, except on request.
	Last bool `json:"last"`
}

// Sender signs messages and sends them. It is safe for concurrent use.
type Sender struct {
	keys    []*standardwebhooks.Webhook
	client  *egress.Client
	version string
	now     func() time.Time
}

// NewSender makes a sender; version is that of the program. It must be closed.
func NewSender(cfg Config, version string) (*Sender, error) {
	s := &Sender{client: egress.New(cfg.Policy), version: version, now: time.Now}
	for _, secret := range cfg.Secrets {
		b, err := key(secret)
		if err != nil {
			return nil, err
		}
		wh, err := standardwebhooks.NewWebhookRaw(b)
		if err != nil {
			return nil, fmt.Errorf("webhook: %w", err)
		}
		s.keys = append(s.keys, wh)
	}
	return s, nil
}

// Close closes idle connections.
func (s *Sender) Close() { s.client.Close() }

// Check says whether messages may be sent to an address, as far as that is known beforehand. The
// error is a *document.Problem of the named option.
func (s *Sender) Check(option, address string) error {
	if len(s.keys) == 0 {
		return document.Invalid(option, "this server sends no webhooks: its operator has to set webhook.secrets, with which they are signed")
	}
	if err := s.client.Check(address); err != nil {
		return document.Invalid(option, "%s %s", option, egress.Why(err))
	}
	return nil
}

// retryAfter is the longest Retry-After that is heeded.
const retryAfter = time.Hour

// Send makes one attempt. wait is how long the receiver wants to be left alone, 0 where it does
// not say.
func (s *Sender) Send(ctx context.Context, m Message) (a Attempt, wait time.Duration) {
	a.At = s.now().UTC()
	defer func() { a.DurationMS = s.now().Sub(a.At).Milliseconds() }()
	r, err := s.request(ctx, m, a.At)
	if err != nil {
		a.Error, a.Last = "the address cannot be read as a URL", true
		return a, 0
	}
	resp, err := s.client.Do(r)
	if err != nil {
		a.Error = "the address " + egress.Why(err)
		return a, 0
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
	a.Status = resp.StatusCode
	switch {
	case a.Status/100 == 2:
		a.Delivered, a.Last = true, true
	case a.Status == http.StatusGone:
		a.Error, a.Last = "the receiver wants no more messages (410)", true
	case a.Status/100 == 3:
		a.Error = "the receiver redirects, which is not followed"
	default:
		a.Error = "the receiver did not take it"
	}
	return a, pause(resp.Header)
}

// request makes the signed HTTP request of a message.
func (s *Sender) request(ctx context.Context, m Message, at time.Time) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return nil, err
	}
	signatures := make([]string, len(s.keys))
	for i, k := range s.keys {
		if signatures[i], err = k.Sign(m.ID, at, m.Body); err != nil {
			return nil, err
		}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "ocr-gateway/"+s.version)
	// The specification has them in lower case; HTTP does not care.
	r.Header.Set(standardwebhooks.HeaderWebhookID, m.ID)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return r, nil
}

// pause reads Retry-After in seconds.
func pause(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, retryAfter)
}
