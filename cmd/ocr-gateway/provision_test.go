package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

// provisionedText is what the stand-in for vLLM answers: the words of the
// picture that provision verifies with.
const provisionedText = "Delivery note 4711\nThree boxes of type B arrived on Monday.\nTotal weight: 12.5 kg"

// realProgram is ocr-gateway itself, with the race detector: it is put on pods,
// where the test's own binary would run tests.
var realProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ocr-gateway-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "ocr-gateway")
	out, err := exec.Command("go", "build", "-race", "-ldflags", "-s -w -X main.version=test", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

// cloud is a user's view of the world: a home, a key, and RunPod.
type cloud struct {
	t    *testing.T
	pods *podtest.Pods
	fake *runpodtest.Fake
	home string
}

func newCloud(t *testing.T, config runpodtest.Config) *cloud {
	t.Helper()
	c := &cloud{t: t, pods: podtest.New(t), home: t.TempDir()}
	c.pods.Answer(provisionedText)
	config.Start, config.Key = c.pods.Start, "rpa_TESTKEY0123456789"
	c.fake = runpodtest.New(config)
	t.Cleanup(c.fake.Close)
	env := "RUNPOD_KEY=rpa_TESTKEY0123456789\n"
	if err := os.WriteFile(filepath.Join(c.home, ".env"), []byte(env), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// command prepares a call as the user types it, in the home folder, whose .env
// holds the key.
func (c *cloud) command(args ...string) *exec.Cmd {
	c.t.Helper()
	exe, err := realProgram()
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.CommandContext(c.t.Context(), exe, append([]string{"provision", "--poll", "100ms"}, args...)...)
	cmd.Dir = c.home
	cmd.Env = []string{
		"HOME=" + c.home, "PATH=" + os.Getenv("PATH"),
		"RUNPOD_API_URL=" + c.fake.URL(), "RUNPOD_PROXY_URL=" + c.fake.ProxyURL(),
	}
	return cmd
}

// run types a call and waits for its end.
func (c *cloud) run(args ...string) (stdout, stderr string, code int) {
	c.t.Helper()
	cmd := c.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatal(err)
	}
	if strings.Contains(out.String()+errs.String(), "rpa_TESTKEY") {
		c.t.Error("the RunPod key was shown")
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must types a call that has to succeed.
func (c *cloud) must(args ...string) (stdout, stderr string) {
	c.t.Helper()
	stdout, stderr, code := c.run(args...)
	if code != exitOK {
		c.t.Fatalf("provision %q: exit code %d\n%s\n%s\n%s", args, code, stdout, stderr, c.logs())
	}
	return stdout, stderr
}

// logs are the logs that a failed run has fetched.
func (c *cloud) logs() string {
	var all strings.Builder
	files, _ := filepath.Glob(filepath.Join(c.home, ".local/state/ocr-gateway/deployments/*.logs/*"))
	for _, file := range files {
		content, _ := os.ReadFile(file)
		all.WriteString("--- " + filepath.Base(file) + "\n" + string(content))
	}
	return all.String()
}

// only returns the one pod that exists.
func (c *cloud) only() runpodtest.Seen {
	c.t.Helper()
	live := c.fake.Live()
	if len(live) != 1 {
		c.t.Fatalf("%d pods exist, want 1: %+v", len(live), live)
	}
	return live[0]
}

// ended checks that terminating leaves nothing.
func (c *cloud) ended() {
	c.t.Helper()
	c.must("--terminate", "--yes")
	if live := c.fake.Live(); len(live) > 0 {
		c.t.Errorf("orphans: %+v", live)
	}
}

var pasteLine = regexp.MustCompile(`(?m)^ +(curl .*/api/ocr/recognize)$`)

// paste runs the card's first curl line as a user would, in a shell.
func (c *cloud) paste(card string) string {
	c.t.Helper()
	export := regexp.MustCompile(`export OCR_KEY=\S+`).FindString(card)
	line := pasteLine.FindStringSubmatch(card)
	if export == "" || line == nil {
		c.t.Fatalf("no line to paste in:\n%s", card)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		c.t.Skip("curl is missing")
	}
	page, err := filepath.Abs("../../provision/sample/page.png")
	if err != nil {
		c.t.Fatal(err)
	}
	text := strings.Replace(line[1], "@page.png", "@"+page, 1)
	out, err := exec.Command("bash", "-c", export+"\n"+strings.Replace(text, "curl", "curl -sS", 1)).CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s: %v: %s", line[1], err, out)
	}
	return string(out)
}

func TestProvisionBuildsAHostThatReads(t *testing.T) {
	c := newCloud(t, runpodtest.Config{Provisioning: 200 * time.Millisecond, Starting: 300 * time.Millisecond, Others: []string{"somebody-elses"}})
	card, progress := c.must("--gpu", "H100", "--yes", "--benchmark")
	t.Log(progress)
	t.Log(card)
	for _, want := range []string{"GLM-OCR Deployment Complete", c.only().ID, "H100", "ssh -p", "/api/ocr/document/stream", "pages/s", "an hour"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q", want)
		}
	}
	if answer := c.paste(card); !strings.Contains(answer, "Delivery note 4711") {
		t.Errorf("the pasted line answers %s", answer)
	}

	status, _ := c.must("--status")
	if !strings.Contains(status, c.only().ID) || strings.Contains(status, "orphan") || strings.Contains(status, "somebody") {
		t.Errorf("status:\n%s", status)
	}
	c.ended()
	if status, _ := c.must("--status"); !strings.Contains(status, "nothing bills") {
		t.Errorf("status at the end:\n%s", status)
	}
}

// interruptAt starts a call and signals it when it begins a stage.
func (c *cloud) interruptAt(stage string, signal syscall.Signal, args ...string) (output string, finished bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := c.command(args...)
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	context.AfterFunc(ctx, func() { read.Close() })
	var seen strings.Builder
	var done sync.WaitGroup
	done.Go(func() {
		begins := regexp.MustCompile(`(?m)^ *[\d.]+s +` + stage + ` +begins`)
		sent := false
		buffer := make([]byte, 4096)
		for {
			n, err := read.Read(buffer)
			seen.Write(buffer[:n])
			if !sent && begins.MatchString(seen.String()) {
				sent = true
				_ = cmd.Process.Signal(signal)
			}
			if err != nil {
				return
			}
		}
	})
	err := cmd.Wait()
	write.Close()
	done.Wait()
	return seen.String(), err == nil
}

func TestKilledAtEveryStageItGoesOnWithOnePod(t *testing.T) {
	c := newCloud(t, runpodtest.Config{Provisioning: 200 * time.Millisecond, Starting: 300 * time.Millisecond})
	for _, stage := range []string{"create", "provisioning", "running", "ports", "ssh", "probe", "deps", "model", "upload", "config", "vllm", "gateway", "verify", "ready"} {
		if output, finished := c.interruptAt(stage, syscall.SIGKILL, "--gpu", "H100", "--yes"); finished {
			t.Fatalf("it was not killed at %s:\n%s", stage, output)
		}
		if n := len(c.fake.Live()); n > 1 {
			t.Fatalf("%d pods after the kill at %s", n, stage)
		}
	}
	card, progress := c.must("--gpu", "H100", "--yes")
	if !strings.Contains(progress, "Going on with") {
		t.Errorf("it did not say that it goes on:\n%s", progress)
	}
	if n := c.fake.Created(); n != 1 {
		t.Errorf("%d pods were made, want 1", n)
	}
	if !strings.Contains(card, c.only().ID) {
		t.Errorf("the card:\n%s", card)
	}
	c.ended()
}
