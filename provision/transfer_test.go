package provision

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/deployment"
)

func TestArrivalLine(t *testing.T) {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		a     transfer
		bytes int64
		after time.Duration
		want  string
	}{
		{transfer{what: "models", whole: 2.8e9}, 700e6, 10 * time.Second, "models: 700 MB of about 2.8 GB, 70.0 MB/s, 30s left"},
		{transfer{what: "models", whole: 2.8e9, had: 600e6}, 700e6, 10 * time.Second, "models: 700 MB of about 2.8 GB, 10.0 MB/s, 3m30s left"},
		{transfer{what: "packages"}, 1.5e9, 10 * time.Second, "packages: 1.5 GB, 150.0 MB/s"},
		{transfer{what: "models", whole: 1e9}, 1.1e9, 10 * time.Second, "models: 1.1 GB of about 1.0 GB, 110.0 MB/s"},
		{transfer{what: "models", whole: 1e9}, 0, time.Minute, "models: 0 MB of about 1.0 GB"},
		{transfer{what: "models", had: 10e6}, 5e6, time.Minute, "models: 5 MB"}, // something was removed
	}
	for _, tt := range tests {
		tt.a.began = began
		if got := tt.a.line(tt.bytes, began.Add(tt.after)); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

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
	recorder
	heard chan string
}

func (l *listener) Waiting(why string) { l.heard <- why }

func TestWhatArrivesIsToldWhileItComes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "weights"), make([]byte, 3e6), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &listener{heard: make(chan string, 100)}
	r := &run{Provisioner: New(Parts{Progress: l}), d: &deployment.Deployment{Options: deployment.DefaultOptions()}, host: here{}}
	broken := errors.New("broken")
	err := r.withProgress(t.Context(), "models", 2.8e9, Quote(dir)+" "+Quote(dir+"/absent"), func(context.Context) error {
		if line := <-l.heard; line != "models: 3 MB of about 2.8 GB" {
			t.Errorf("told %q", line)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestPull(t *testing.T) {
	var p pull
	if p.take("create container vllm/vllm-openai:v0.20.2-cu129") || p.String() != "" {
		t.Errorf("a line that is of no layer: %s", &p)
	}
	for _, line := range []string{
		"4f4fb700ef54 Downloading [==>        ]  1.5GB/6.0GB",
		"a1b2c3d4e5f6: Downloading 250 MB / 500 MB",
		"0123456789ab: Already exists",
	} {
		if !p.take(line) {
			t.Errorf("%q was not understood", line)
		}
	}
	if got := p.String(); got != "1.8 GB of 6.5 GB in 3 layers" {
		t.Errorf("got %q", got)
	}
	p.take("a1b2c3d4e5f6: Download complete")
	p.take("4f4fb700ef54: Extracting  [=>  ] 100MB/6.0GB")
	if got := p.String(); got != "6.5 GB of 6.5 GB in 3 layers, 1 being unpacked" {
		t.Errorf("got %q", got)
	}
	p.take("4f4fb700ef54: Pull complete")
	if got := p.String(); got != "6.5 GB of 6.5 GB in 3 layers" {
		t.Errorf("got %q", got)
	}
}

func FuzzPull(f *testing.F) {
	f.Add("4f4fb700ef54 Downloading [==>]  1.5GB/6.0GB\n4f4fb700ef54: Extracting 9/...B")
	f.Add("ffffffffffff downloading 1e9TB/99999999TB")
	f.Fuzz(func(t *testing.T, text string) {
		var p pull
		for line := range strings.Lines(text) {
			p.take(line)
		}
		for id, l := range p.layers {
			if !(l.got >= 0 && l.got <= 1e12) || !(l.whole >= 0 && l.whole <= 1e12) {
				t.Errorf("layer %s: %+v", id, l)
			}
		}
		if strings.Contains(p.String(), "-") {
			t.Error(p.String())
		}
	})
}
