package sshhost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"

	"golang.org/x/crypto/ssh"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
)

var _ host.Connect = new(Dialer).Connect

// Connect logs in once. ~/.ssh/config is not read. It does not repeat anything: errors that match
// host.ErrLogin say what a person can do, all others may pass with time.
func (d *Dialer) Connect(ctx context.Context, login deployment.Login) (host.Host, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, d.cfg.Timeout,
		fmt.Errorf("no login within %s: %w", d.cfg.Timeout, context.DeadlineExceeded))
	defer cancel()

	if _, _, err := net.SplitHostPort(login.Address); err != nil {
		return nil, fmt.Errorf("%w: %q is not host:port", host.ErrLogin, login.Address)
	}
	known, err := d.hostKeys(login)
	if err != nil {
		return nil, err
	}
	user, err := d.userKeys(ctx)
	if err != nil {
		return nil, err
	}
	defer user.close()

	raw, err := new(net.Dialer).DialContext(ctx, "tcp", login.Address)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", login.Address, err)
	}
	conn := newPulse(raw)
	uncut := context.AfterFunc(ctx, func() { conn.Close() })
	sshConn, channels, requests, err := ssh.NewClientConn(conn, login.Address, &ssh.ClientConfig{
		User:              login.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(user.signers...)},
		HostKeyAlgorithms: known.algorithms,
		HostKeyCallback:   known.check,
	})
	if err == nil && !uncut() {
		sshConn.Close()
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, explain(ctx, err, login, known, user)
	}
	return newHost(d.cfg, login, conn, ssh.NewClient(sshConn, channels, requests)), nil
}

// explain tells the errors of a handshake apart.
func explain(ctx context.Context, err error, login deployment.Login, known *hostKeys, user *userKeys) error {
	unlike, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err)
	switch {
	case known.refusal != nil:
		return known.refusal
	case ctx.Err() != nil:
		return fmt.Errorf("connect to %s: %w", login.Address, context.Cause(ctx))
	case ok && unlike.What == "host key":
		return fmt.Errorf("%w: %s has no host key of the kind that is known for it (%s); check that it is the right machine, then give its key with --host-key",
			host.ErrLogin, login.Address, strings.Join(known.algorithms, ", "))
	case keyRefused(err):
		return fmt.Errorf("%w: %s@%s accepts none of the keys offered (%s); add the line of the .pub file to authorized_keys there, or name another key",
			host.ErrLogin, login.User, login.Address, strings.Join(user.names, ", "))
	}
	return fmt.Errorf("connect to %s: %w", login.Address, err)
}

// keyRefused goes by words, as the library has no type for it: its own ones when
// all keys are used up, sshd's ones when MaxAuthTries is.
func keyRefused(err error) bool { return refusal.MatchString(err.Error()) }

// refusal is where those words stand in the library's errors; in what a server
// says of itself they mean nothing.
var refusal = regexp.MustCompile(`^ssh: handshake failed: ssh: (unable to authenticate, attempted methods |disconnect, reason \d+: "Too many authentication failures)`)

func newHost(cfg Config, login deployment.Login, conn *pulse, client *ssh.Client) *Host {
	h := &Host{cfg: cfg, login: login, conn: conn, client: client}
	h.life, h.end = context.WithCancelCause(context.Background())
	h.start(func() {
		h.end(fmt.Errorf("the connection to %s is lost: %w", login.Address, client.Wait()))
	})
	h.start(h.keepAlive)
	return h
}
