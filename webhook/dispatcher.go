package webhook

import (
	"context"
	"log/slog"
	"maps"
	"net/url"
	"sync"
	"time"

	"ocr-gateway/internal/backoff"
)

// Outbox keeps messages until they are delivered or given up, also across crashes.
type Outbox interface {
	// Take waits a while for a message that is due, and reserves it for longer than an attempt
	// takes; nil when none came.
	Take(ctx context.Context) (Letter, error)
}

// Letter is a message that was taken. Unless Done or Later is called and succeeds, it is delivered
// to another taker.
type Letter interface {
	Message() Message
	// Before is how many attempts were made since it was queued.
	Before() int
	// Done records the attempt and removes the message, delivered or not.
	Done(ctx context.Context, a Attempt) error
	// Later returns the message, to be taken again after a while; it records the attempt, where one
	// was made.
	Later(ctx context.Context, a *Attempt, after time.Duration) error
}

// waits are those between attempts: 5 s, 10 s, 20 s, … and at last 6 hours.
var waits = backoff.Exponential{First: 5 * time.Second, Max: 6 * time.Hour}

// broken is the pause after the outbox has failed.
const broken = time.Second

// Dispatcher empties an outbox.
type Dispatcher struct {
	cfg    Config
	sender *Sender
	outbox Outbox
	hosts  *hosts
	log    *slog.Logger

	mu     sync.Mutex
	counts map[string]int64
}

// NewDispatcher makes a dispatcher; nothing is sent before Run.
func NewDispatcher(cfg Config, s *Sender, o Outbox, log *slog.Logger) *Dispatcher {
	return &Dispatcher{cfg: cfg, sender: s, outbox: o, hosts: newHosts(max(1, cfg.Parallel/2)), log: log, counts: map[string]int64{}}
}

// Counts are the numbers of attempts that delivered, failed, or failed for the last time.
func (d *Dispatcher) Counts() map[string]int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.counts)
}

// Run sends until ctx ends. What is being sent then may be sent again.
func (d *Dispatcher) Run(ctx context.Context) {
	var senders sync.WaitGroup
	for range d.cfg.Parallel {
		senders.Go(func() { d.run(ctx) })
	}
	senders.Wait()
}

func (d *Dispatcher) run(ctx context.Context) {
	for ctx.Err() == nil {
		letter, err := d.outbox.Take(ctx)
		if err == nil && letter != nil {
			err = d.deliver(ctx, letter)
		}
		if err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "webhooks are held up", "error", err)
			_ = backoff.Sleep(ctx, broken)
		}
	}
}

// deliver makes one attempt for a letter.
func (d *Dispatcher) deliver(ctx context.Context, letter Letter) error {
	m := letter.Message()
	host := hostOf(m.URL)
	began := time.Now()
	if wait := d.hosts.enter(host, began); wait > 0 {
		return letter.Later(ctx, nil, wait)
	}
	a, wait := d.sender.Send(ctx, m)
	d.hosts.leave(host, time.Since(began))
	if ctx.Err() != nil {
		return ctx.Err() // that says nothing about the receiver
	}
	made := letter.Before() + 1
	a.Last = a.Last || made >= d.cfg.Attempts
	d.count(ctx, m, host, a)
	if a.Last {
		return letter.Done(ctx, a)
	}
	return letter.Later(ctx, &a, max(waits.After(made), wait))
}

// hostOf is the host that a message goes to. The rest of its address may hold secrets.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func (d *Dispatcher) count(ctx context.Context, m Message, host string, a Attempt) {
	how, level := "failed", slog.LevelInfo
	switch {
	case a.Delivered:
		how, level = "delivered", slog.LevelDebug
	case a.Last:
		how, level = "given_up", slog.LevelWarn
	}
	d.mu.Lock()
	d.counts[how]++
	d.mu.Unlock()
	d.log.Log(ctx, level, "webhook", "outcome", how, "message", m.ID, "host", host, "status", a.Status, "error", a.Error)
}
