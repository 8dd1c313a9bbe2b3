package sshhost

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

// TestCallsThatAreNeverAnswered has a call of the library that does not end with
// the connection, as an open of a channel in the moment of its loss does not.
func TestCallsThatAreNeverAnswered(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	h := &Host{conn: newPulse(near)}
	h.life, h.end = context.WithCancelCause(t.Context())
	stuck, called := make(chan struct{}), make(chan struct{})
	defer close(stuck)
	lost := errors.New("the connection is lost")
	go func() { <-called; h.drop(lost) }()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := within(ctx, h, func() (int, error) {
		close(called)
		<-stuck
		return 1, nil
	}, func(int) {})
	if !errors.Is(err, lost) || !errors.Is(err, errUnanswered) {
		t.Errorf("error %v", err)
	}
	closed := make(chan struct{})
	go func() { h.Close(); close(closed) }()
	select {
	case <-closed:
	case <-ctx.Done():
		t.Fatal("Close waits for the call")
	}
}
