package host

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"

	"ocr-gateway/provision/deployment"
)

// Host is a machine with a shell, reached over SSH.
type Host interface {
	// Run runs a bash script and waits for its end. The script goes in by
	// standard input, so that no process list shows it; what it writes, both
	// streams in order, goes to out as it comes. An end other than 0 is *ExitError.
	// When ctx ends or the connection breaks, the script and its children are
	// ended; what is to outlive it goes under setsid.
	Run(ctx context.Context, script string, out io.Writer) error
	// Upload puts content at a path through a name of its own and a rename, and
	// checks by SHA-256 what has arrived. A file that is there and equal is left.
	Upload(ctx context.Context, content io.ReadSeeker, path string, mode fs.FileMode) error
	// DialContext connects to an address as seen from the host, "127.0.0.1:8007".
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
	// Alive reports whether the connection still answers.
	Alive(ctx context.Context) error
	Close() error
}

// Connect opens a host. Errors that time may mend (refused, reset, no answer)
// do not match ErrLogin; a wrong host key and a refused user key do.
type Connect func(ctx context.Context, login deployment.Login) (Host, error)

// ErrLogin is what repeating a connect does not mend.
var ErrLogin = fmt.Errorf("the login is refused")

// ExitError is a script that ended with a code other than 0.
type ExitError struct {
	Code int    // -1 when a signal ended it
	Tail string // the last lines that it wrote
}

func (e *ExitError) Error() string { return fmt.Sprintf("exit code %d: %s", e.Code, e.Tail) }
