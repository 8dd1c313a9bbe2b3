package sshhost

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"

	"ocr-gateway/provision/host"
)

// maxForwards is how many connections a tunnel carries; more wait to be accepted.
const maxForwards = 64

// Forward takes connections from listener to an address as seen from the host,
// until the caller's context ends (nil) or the host is lost. It closes the listener and returns
// when all of its connections are closed.
func Forward(caller context.Context, listener net.Listener, host host.Host, remote string) error {
	ctx, cancel := context.WithCancelCause(caller)
	defer cancel(nil)
	var carried sync.WaitGroup
	defer carried.Wait()
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()

	slots := make(chan struct{}, maxForwards)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return reason(caller, ctx)
		}
		near, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return reason(caller, ctx)
			}
			cancel(nil)
			return fmt.Errorf("accept a connection for the tunnel: %w", err)
		}
		carried.Go(func() {
			defer func() { <-slots }()
			defer near.Close()
			far, err := host.DialContext(ctx, "tcp", remote)
			if err == nil {
				carry(ctx, near, far)
			} else if lost := host.Alive(ctx); lost != nil && ctx.Err() == nil {
				cancel(lost)
			}
		})
	}
}

// reason is why a tunnel ended by itself; that the caller ended it is no error.
func reason(caller, ctx context.Context) error {
	if caller.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// carry copies both ways until both are done. An end of one direction is passed
// on, as HTTP peers may still be answering in the other.
func carry(ctx context.Context, near, far net.Conn) {
	cut := context.AfterFunc(ctx, func() {
		near.Close()
		far.Close()
	})
	defer cut()
	defer far.Close()
	var ways sync.WaitGroup
	ways.Go(func() { copyHalf(far, near) })
	ways.Go(func() { copyHalf(near, far) })
	ways.Wait()
}

func copyHalf(to, from net.Conn) {
	_, err := io.Copy(to, from)
	half, can := to.(interface{ CloseWrite() error })
	if err != nil || !can || half.CloseWrite() != nil {
		to.Close()
		from.Close()
	}
}
