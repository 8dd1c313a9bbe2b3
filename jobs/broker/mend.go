package broker

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"ocr-gateway/internal/backoff"
)

// ErrNoRoom reports a log that cannot be written until it is mended.
var ErrNoRoom = errors.New("the log of jobs cannot be written: its disk is full")

// ErrAway is of a log that cannot be had, until the servers that keep it answer.
var ErrAway = errors.New("the NATS servers that keep the log of jobs do not answer; the program's log has the reason")

// Trouble is why the log cannot be used at the moment; nil while it can.
func (b *Broker) Trouble() error {
	b.mu.Lock()
	trouble := b.trouble
	b.mu.Unlock()
	switch {
	case b.mending.Load():
		return ErrNoRoom
	case trouble || b.server == nil && !b.conn.IsConnected():
		return ErrAway
	}
	return nil
}

// note keeps whether the log could be had when it was looked for last, and says so when that changes.
func (b *Broker) note(err error) {
	b.mu.Lock()
	was := b.trouble
	b.trouble = err != nil
	b.mu.Unlock()
	switch {
	case err != nil && !was:
		b.log.Error("the log of jobs cannot be had: no jobs are taken, and what was read waits", "error", err)
	case err == nil && was:
		b.log.Info("the log of jobs can be had again")
	}
}

// publish writes a message to a stream and waits until it is durable.
func (b *Broker) publish(ctx context.Context, subject string, data []byte, opts ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	if b.mending.Load() {
		return nil, ErrNoRoom
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	return b.js.Publish(ctx, subject, data, opts...)
}

// storeFailed is how the embedded server's message begins when it cannot write a stream. It then
// acknowledges nothing, and sends no error either.
const storeFailed = "JetStream failed to store a msg"

const (
	// mendEvery is the interval of looks for room on the disk.
	mendEvery = 500 * time.Millisecond
	// mendAgain is the pause after an attempt that failed.
	mendAgain = 2 * time.Second
	// mendRoom is how much must be free, in bytes.
	mendRoom = 1 << 20
)

// mend reloads the streams of the embedded server from disk once there is room on it: a stream
// that could not be written accepts nothing more until then. What it has acknowledged is on disk.
func (b *Broker) mend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.life.Err() != nil || !b.mending.CompareAndSwap(false, true) {
		return
	}
	b.menders.Go(func() {
		defer b.mending.Store(false)
		b.log.Error("the log of jobs cannot be written: it is read anew when there is room on its disk", "dir", b.dir)
		for {
			for !writable(b.dir) {
				if backoff.Sleep(b.life, mendEvery) != nil {
					return
				}
			}
			err := b.readAnew()
			if err == nil {
				b.log.Info("the log of jobs was read anew")
				return
			}
			b.log.Error("the log of jobs was not read anew", "error", err, "next_try", mendAgain)
			if backoff.Sleep(b.life, mendAgain) != nil {
				return
			}
		}
	})
}

// readAnew has the server close its streams and load them from disk.
func (b *Broker) readAnew() error {
	err := b.server.ShutdownJetStream()
	for err == nil && b.server.JetStreamEnabled() {
		err = backoff.Sleep(b.life, mendEvery/10)
	}
	if err != nil {
		return err
	}
	return b.server.EnableJetStream(&server.JetStreamConfig{StoreDir: b.dir, SyncAlways: true})
}

// writable reports whether a small file can be written in a folder.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, "room-*")
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, mendRoom))
	return errors.Join(err, f.Sync(), f.Close()) == nil
}
