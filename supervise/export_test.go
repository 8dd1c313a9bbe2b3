package supervise

import (
	"context"
	"io"
	"log/slog"
	"time"
)

// NewLogFile makes a log file with a limit of its own.
func NewLogFile(path string, limit int64, secrets []string) LogFile {
	l := newLogFile(path, secrets, slog.New(slog.DiscardHandler))
	l.limit = limit
	return LogFile{l}
}

// LogFile is a log file.
type LogFile struct{ *logFile }

func (l LogFile) Close() error { return l.close() }
func (l LogFile) Last() string { return l.last() }

// ReadWork reads a gateway's metrics.
func ReadWork(r io.Reader) (running, done float64, err error) { return readWork(r) }

// LookForWork makes looks at a gateway's metrics.
func LookForWork(metrics, key string) func(context.Context) (bool, error) {
	return (&gatewayWork{metrics: metrics, key: key, timeout: 5 * time.Second}).look
}

// HaltPod stops the pod that the environment names.
func HaltPod(ctx context.Context, getenv func(string) string, secrets map[string]string) error {
	return podOf(getenv, secrets).halt(ctx)
}

// RunIdle runs an idle watch until ctx ends.
func RunIdle(ctx context.Context, after time.Duration, early func() bool, look func(context.Context) (bool, error), halt func(context.Context) error) {
	w := idler{after: after, timing: DefaultTiming(), log: slog.New(slog.DiscardHandler), look: look, halt: halt, early: early}
	w.run(ctx)
}

// BackoffOf is the wait after so many failures.
func BackoffOf(failures int) time.Duration { return backoff(DefaultTiming(), failures) }

// ReadEnvFile reads an env_file.
func ReadEnvFile(file string) (map[string]string, error) { return readEnvFile(file) }
