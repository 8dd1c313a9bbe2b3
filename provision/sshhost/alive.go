package sshhost

import (
	"context"
	"fmt"
	"time"
)

// missedIntervals is how many intervals of silence mean that the peer is gone.
const missedIntervals = 3

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
