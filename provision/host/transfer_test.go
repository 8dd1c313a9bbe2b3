package host

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/stage/stagetest"
)

// here is a host whose scripts run on this machine.
type here struct{ Host }

func (here) Run(ctx context.Context, script string, out io.Writer) error {
	cmd := exec.CommandContext(ctx, "bash")
	cmd.Stdin, cmd.Stdout = strings.NewReader(script), out
	return cmd.Run()
}

func (here) Close() error { return nil }

// listener waits for words.
type listener struct {
	stagetest.Recorder
	heard chan string
}

func (l *listener) Waiting(why string) { l.heard <- why }

func TestWhatArrivesIsToldWhileItComes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "weights"), make([]byte, 3e6), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &listener{heard: make(chan string, 100)}
	s := &Setup{Parts: Parts{Progress: l}, d: &deployment.Deployment{Options: deployment.DefaultOptions()}, host: here{}}
	broken := errors.New("broken")
	err := s.withProgress(t.Context(), "models", 2.8e9, Quote(dir)+" "+Quote(dir+"/absent"), func(context.Context) error {
		if line := <-l.heard; line != "models: 3 MB of about 2.8 GB" {
			t.Errorf("told %q", line)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
