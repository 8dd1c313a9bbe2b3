// Package sshhost reaches a machine over SSH for provision: scripts, files and
// connections, with host keys that are checked and never taken on trust.
package sshhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"ocr-gateway/provision/deployment"
)

// Config says who logs in, and how patient the connection is.
type Config struct {
	// KeyFile is the private key. It may be absent when the agent has one.
	KeyFile string `mapstructure:"key_file"`
	// Agent lets the keys of the agent at SSH_AUTH_SOCK be tried too.
	Agent bool `mapstructure:"agent"`
	// KnownHosts is the file that is asked about hosts without a pinned key.
	KnownHosts string `mapstructure:"known_hosts"`
	// Timeout bounds a connect, from the dial to the accepted login.
	Timeout time.Duration `mapstructure:"timeout"`
	// KeepAlive is the silence after which the host is asked whether it is there.
	// After three times of it the connection is given up.
	KeepAlive time.Duration `mapstructure:"keep_alive"`
	// Log hears of lost connections. Nil: nobody does.
	Log *slog.Logger `mapstructure:"-"`
	// Progress is called while a file goes over, with the bytes sent so far. It may
	// be nil.
	Progress func(path string, sent, total int64) `mapstructure:"-"`
}

// DefaultConfig is what ssh itself would use.
func DefaultConfig() Config {
	home, _ := os.UserHomeDir() // Validate says so when there is none
	return Config{
		KeyFile:    filepath.Join(home, ".ssh", "id_ed25519"),
		Agent:      true,
		KnownHosts: filepath.Join(home, ".ssh", "known_hosts"),
		Timeout:    20 * time.Second,
		KeepAlive:  15 * time.Second,
	}
}

// Validate names every setting that cannot work.
func (c Config) Validate() error {
	var errs []error
	if c.KeyFile == "" && !c.Agent {
		errs = append(errs, errors.New("key_file: is needed when agent is off"))
	}
	if c.Timeout <= 0 {
		errs = append(errs, errors.New("timeout: must be more than 0"))
	}
	if c.KeepAlive <= 0 {
		errs = append(errs, errors.New("keep_alive: must be more than 0"))
	}
	return errors.Join(errs...)
}

// Host is one connection. All of it may be used side by side, within the
// server's MaxSessions (10 by default) for scripts and uploads.
type Host struct {
	cfg    Config
	login  deployment.Login
	conn   *pulse
	client *ssh.Client

	life context.Context // ends with the connection; its cause is why
	end  context.CancelCauseFunc

	mu     sync.Mutex
	closed bool
	tasks  sync.WaitGroup
}

var (
	errClosed     = errors.New("the connection is closed")
	errUnanswered = errors.New("a call was under way and got no answer")
)

// Close ends the connection, and with it the scripts and connections that run
// over it. It returns when nothing of it is left.
func (h *Host) Close() error {
	h.drop(errClosed)
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.tasks.Wait()
	return nil
}

// drop cuts the connection below the protocol, which a peer that has gone
// silent cannot delay.
func (h *Host) drop(cause error) {
	h.end(cause)
	h.conn.Close()
}

// start runs a task that Close waits for. It is false, and the task not run,
// after Close.
func (h *Host) start(task func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.tasks.Go(task)
	return true
}

// because puts the reason before what a call over a lost connection returned.
func (h *Host) because(err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(h.life); cause != nil {
		return fmt.Errorf("%w (%w)", cause, err)
	}
	return err
}

// callGrace is how long a call of the SSH library may run after the connection
// is lost. Its calls end with the connection, except one that opens a channel in
// the moment of the loss: golang.org/x/crypto/ssh never answers that one.
const callGrace = time.Second

// within makes a call of the SSH library, which knows no context. When ctx ends
// first, the call is left to end by itself, with the connection at the latest,
// and what it returns then goes to discard.
func within[T any](ctx context.Context, h *Host, call func() (T, error), discard func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	results := make(chan result)
	started := h.start(func() {
		called := make(chan result, 1)
		go func() {
			value, err := call()
			called <- result{value, err}
		}()
		var got result
		select {
		case got = <-called:
		case <-h.life.Done():
			select {
			case got = <-called:
			case <-time.After(callGrace):
				got.err = errUnanswered // nobody waits for the call any more
			}
		}
		select {
		case results <- got:
		case <-ctx.Done():
			if got.err == nil {
				discard(got.value)
			}
		}
	})
	if !started {
		return none, errClosed
	}
	select {
	case got := <-results:
		return got.value, h.because(got.err)
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// DialContext connects to an address as seen from the host. The connection has
// no deadlines of its own (net.Conn's SetDeadline fails) and ends with the host.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := within(ctx, h,
		func() (net.Conn, error) { return h.client.Dial(network, address) },
		func(late net.Conn) { late.Close() })
	if err != nil {
		return nil, fmt.Errorf("connect to %s from %s: %w", address, h.login.Address, err)
	}
	return conn, nil
}

// Dialer opens hosts. Its Connect is a host.Connect.
type Dialer struct{ cfg Config }

// New returns a dialer for a valid Config.
func New(cfg Config) *Dialer {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Dialer{cfg}
}
