// Package host makes of a machine that is reached over SSH a verified OCR endpoint: from
// the login over packages, models, program, settings, vLLM and gateway to the sample that
// is read on every way. It owns the interface Host that it acts through.
package host

import (
	"context"
	"io"
	"time"

	"ocr-gateway/provision/card"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/stage"
)

// Parts are what a Setup acts through.
type Parts struct {
	Deployment *deployment.Deployment
	Connect    Connect
	// Locate brings the deployment's Login up to date; nil for a host that does not move.
	Locate func(context.Context) error
	// Save keeps what was learned about the deployment.
	Save func() error
	// PublicURLs looks up the addresses of the API in the world, the one with TLS first.
	PublicURLs func(context.Context) ([]string, error)
	// StartedNow reports whether the host was started for this run.
	StartedNow func() bool
	// TryAgain is the command that tries again what is left out.
	TryAgain string
	Payload
	Progress  stage.Progress
	Poll      time.Duration // between two looks that cost others something
	Deadlines Deadlines
}

// Payload is what is put on a host.
type Payload struct {
	// Program opens the program, a Linux executable.
	Program func() (Program, error)
	// Library opens what the program needs beside it, LibraryName there.
	Library func() (Program, error)
	// LibraryName is the library's file name.
	LibraryName string
	// Source packs the program's sources (tar.gz), for hosts on which it does not
	// run and is built; nil where they are not at hand.
	Source func() ([]byte, error)
	// Version is what a program built on a host calls itself.
	Version string
	// CloudEnv is a line NAME=key with the cloud's API key, for a host that stops
	// itself when idle.
	CloudEnv string
}

// Program is an open executable or library.
type Program interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Deadlines bound what is waited for.
type Deadlines struct {
	Login   time.Duration // sshd answers
	Install time.Duration // packages
	Model   time.Duration // download of the models
	Upload  time.Duration // of the program
	VLLM    time.Duration // vLLM serves: loads, compiles, captures graphs
	Gateway time.Duration
	Verify  time.Duration
	Bench   time.Duration
	Stop    time.Duration // vLLM and the gateway finish what they have begun
}

// DefaultDeadlines are generous: a slow host is better waited for than paid
// for and thrown away.
func DefaultDeadlines() Deadlines {
	return Deadlines{
		Login: 15 * time.Minute, Install: 30 * time.Minute, Model: 60 * time.Minute, Upload: 30 * time.Minute,
		VLLM: 20 * time.Minute, Gateway: 5 * time.Minute, Verify: 5 * time.Minute, Bench: 20 * time.Minute, Stop: 5 * time.Minute,
	}
}

// Setup is one pass over a host.
type Setup struct {
	Parts
	d *deployment.Deployment

	host          Host              // nil while there is no connection
	refusals      int               // of the login
	probed        probe             // what the host is
	failuresReset bool              // failures from before this run do not count
	site          string            // folder of the host's Python packages
	vllmVersion   string            // of the host
	encoder       bool              // the JPEG encoder was installed in this run, or could not be
	sent          bool              // the program was put on the host in this run
	ending        bool              // the old supervisor was told to end
	apiKeys       string            // of the gateway, by comma: people may have added some on the host
	apiKey        string            // the first of them
	layoutState   string            // of the gateway
	output        map[string][]byte // of scripts, by the name of the log that it becomes
	verifyBegan   time.Time
	verified      []string      // addresses of the API that answered
	figures       *card.Figures // of the benchmark
}

// New returns a Setup. Close ends its connection.
func New(parts Parts) *Setup { return &Setup{Parts: parts, d: parts.Deployment} }
