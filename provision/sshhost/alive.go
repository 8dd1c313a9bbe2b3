package sshhost

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// missedIntervals is how many intervals of silence mean that the peer is gone.
const missedIntervals = 3

// pulse is a connection that knows when it last heard from its peer. That is the
// sign of life, and not the answer to a question: behind a long upload on a slow
// line a question waits its turn, while the upload's acknowledgements come in.
type pulse struct {
	net.Conn
	opened time.Time
	heard  atomic.Int64 // time since opened, which a sleeping laptop does not advance
}

func newPulse(conn net.Conn) *pulse { return &pulse{Conn: conn, opened: time.Now()} }

func (p *pulse) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if n > 0 {
		p.heard.Store(int64(time.Since(p.opened)))
	}
	return n, err
}

func (p *pulse) silence() time.Duration {
	return time.Since(p.opened) - time.Duration(p.heard.Load())
}

// keepAlive asks when the peer is silent, and gives it up when it stays so.
func (h *Host) keepAlive() {
	ticker := time.NewTicker(h.cfg.KeepAlive)
	defer ticker.Stop()
	asking := make(chan struct{}, 1) // one question is under way at most
	for {
		select {
		case <-h.life.Done():
			return
		case <-ticker.C:
		}
		silence := h.conn.silence()
		if silence >= missedIntervals*h.cfg.KeepAlive {
			h.cfg.Log.Warn("host does not answer, connection given up", "host", h.login.Address, "silence", silence)
			h.drop(fmt.Errorf("the connection to %s is lost: nothing heard for %s", h.login.Address, silence.Round(time.Millisecond)))
			return
		}
		if silence < h.cfg.KeepAlive/2 {
			continue
		}
		select {
		case asking <- struct{}{}:
			h.start(func() {
				_ = h.ask()
				<-asking
			})
		default:
		}
	}
}

// ask returns at the answer, which may well be a refusal, or with the connection.
func (h *Host) ask() error {
	_, _, err := h.client.SendRequest("keepalive@openssh.com", true, nil)
	return err
}

// Alive asks the host for a sign of life, for as long as a connect may take.
func (h *Host) Alive(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, h.cfg.Timeout,
		fmt.Errorf("no answer within %s: %w", h.cfg.Timeout, context.DeadlineExceeded))
	defer cancel()
	_, err := within(ctx, h, func() (struct{}, error) { return struct{}{}, h.ask() }, func(struct{}) {})
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("ask %s: %w", h.login.Address, err)
	}
	return nil
}
