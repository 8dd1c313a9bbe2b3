package sshhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"ocr-gateway/provision/host"
)

// bootstrap is the remote command of every script. sshd neither hangs up on nor
// kills what ran without a terminal when its connection ends: it closes the
// standard input, and that is the life line here. It stays open after the script
// has come in, and when it ends early, the watcher ends the whole process group
// (sshd gives each command one of its own; where something stands between, setsid
// does). What a script leaves behind on purpose goes under setsid.
//
// The script ends with a NUL, so that one that arrived in part never runs. It is in no
// process list. Its standard input is empty: programs cannot eat what follows.
// Both streams are one already there, the only place where their order is known.
const bootstrap = `exec bash -c '
exec 2>&1
read -r _ _ _ _ group _ </proc/$$/stat
[ "$group" = $$ ] || exec setsid --wait bash -c "$BASH_EXECUTION_STRING"
IFS= read -r -d "" script || exit 255
exec 3<&0 </dev/null
( trap "" HUP INT TERM; read -r _ <&3; kill -TERM 0; sleep 3; kill -KILL 0 ) >/dev/null 2>&1 &
watcher=$!
disown
( exec 3<&-; eval "$script" )
code=$?
kill -KILL $watcher
exit $code
'`

// lastBreath is how long a script whose context has ended is waited for: the
// three seconds that it has between TERM and KILL, and the way there and back.
const lastBreath = 5 * time.Second

// Run runs a bash script. It is neither a login shell nor an interactive one, in
// the home folder, with sshd's environment. A script's shell that dies of a signal
// gives the code 128+n, as in bash. Programs that a script leaves running in the
// background must give up its output, or the script does not end.
func (h *Host) Run(ctx context.Context, script string, out io.Writer) error {
	if strings.Contains(script, "\x00") {
		return errors.New("a script cannot hold a NUL")
	}
	output := &output{to: out}
	defer output.close()
	r, err := within(ctx, h,
		func() (*running, error) { return begin(h.client, script, output) },
		func(late *running) { late.session.Close() })
	if err != nil {
		return fmt.Errorf("run a script on %s: %w", h.login.Address, err)
	}
	ended := make(chan struct{})
	var end error
	if !h.start(func() { end = r.session.Wait(); close(ended) }) {
		return errClosed
	}
	select {
	case <-ended:
		r.session.Close()
		return h.failure(end, output)
	case <-ctx.Done():
	}
	r.lifeLine.Close()
	select {
	case <-ended:
	case <-time.After(lastBreath):
	}
	r.session.Close()
	return fmt.Errorf("the script on %s was ended: %w", h.login.Address, ctx.Err())
}

func (h *Host) failure(err error, output *output) error {
	if exit, ok := errors.AsType[*ssh.ExitError](err); ok {
		failed := &host.ExitError{Code: exit.ExitStatus(), Tail: output.lastLines()}
		if exit.Signal() != "" {
			failed.Code = -1
		}
		return failed
	}
	if err != nil {
		return fmt.Errorf("the script on %s was interrupted: %w", h.login.Address, h.because(err))
	}
	return output.failure()
}

type running struct {
	session  *ssh.Session
	lifeLine io.Closer
}

// begin returns when the host has the whole script.
func begin(client *ssh.Client, script string, output io.Writer) (_ *running, err error) {
	session, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			session.Close()
		}
	}()
	session.Stdout, session.Stderr = output, output // what comes before bootstrap, from .bashrc, is apart
	stdin, err := session.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := session.Start(bootstrap); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(stdin, script+"\x00"); err != nil {
		return nil, err
	}
	return &running{session, stdin}, nil
}

// tailSize is how many bytes of a script's output an error shows.
const tailSize = 4 << 10

// output hands on what a script writes and keeps its end. It takes everything
// without an error, as the script would hang otherwise.
type output struct {
	mu   sync.Mutex
	to   io.Writer // nil after close, or when nobody wants it
	err  error     // the first one of to
	tail []byte    // up to twice tailSize
	cut  bool      // tail has lost its beginning
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.to != nil && o.err == nil {
		_, o.err = o.to.Write(b)
	}
	o.tail = append(o.tail, b[max(0, len(b)-tailSize):]...)
	o.cut = o.cut || len(b) > tailSize
	if extra := len(o.tail) - tailSize; extra > tailSize {
		o.tail = append(o.tail[:0], o.tail[extra:]...)
		o.cut = true
	}
	return len(b), nil
}

// close makes sure that to is left alone when Run has returned.
func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.to = nil
}

func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return fmt.Errorf("pass on a script's output: %w", o.err)
	}
	return nil
}

// lastLines returns whole lines, unless one alone is too long.
func (o *output) lastLines() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	tail, cut := o.tail, o.cut
	if extra := len(tail) - tailSize; extra > 0 {
		tail, cut = tail[extra:], true
	}
	text := string(tail)
	if _, whole, found := strings.Cut(text, "\n"); cut && found && strings.TrimSpace(whole) != "" {
		text = whole
	}
	return strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
}
