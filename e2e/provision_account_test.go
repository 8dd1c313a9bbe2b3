package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

	"ocr-gateway/e2e/program"
	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

// provisionedText is what the stand-in for vLLM answers: the words of the
// image that provision verifies with.
const provisionedText = "Delivery note 4711\nThree boxes of type B arrived on Monday.\nTotal weight: 12.5 kg"

// account is a user's view of the world: a home, a key, and RunPod.
type account struct {
	t    *testing.T
	pods *podtest.Pods
	fake *runpodtest.Fake
	home string
}

func newCloud(t *testing.T, config runpodtest.Config) *account {
	t.Helper()
	c := &account{t: t, pods: podtest.New(t), home: t.TempDir()}
	c.pods.Answer(provisionedText)
	c.pods.StandIn("df", func(*podtest.Caller, podtest.Call) podtest.Reply { return podtest.Reply{Stdout: "Avail\n 85G\n"} })
	config.Start, config.Key, config.TLS = c.pods.Start, "rpa_TESTKEY0123456789", true
	c.fake = runpodtest.New(config)
	t.Cleanup(c.fake.Close)
	if err := os.WriteFile(c.trusted(), c.fake.Certificate(), 0o600); err != nil {
		t.Fatal(err)
	}
	env := "RUNPOD_KEY=rpa_TESTKEY0123456789\n"
	if err := os.WriteFile(filepath.Join(c.home, ".env"), []byte(env), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// trusted is the file with the certificate of RunPod's proxy.
func (c *account) trusted() string { return filepath.Join(c.home, "trusted.pem") }

// command prepares a call as the user types it, in the home folder, whose .env
// holds the key.
func (c *account) command(args ...string) *exec.Cmd {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), program.Path(), append([]string{"provision", "--poll", "100ms"}, args...)...)
	cmd.Dir = c.home
	cmd.Env = []string{
		"HOME=" + c.home, "PATH=" + os.Getenv("PATH"), "SSL_CERT_FILE=" + c.trusted(),
		"RUNPOD_API_URL=" + c.fake.URL(), "RUNPOD_PROXY_URL=" + c.fake.ProxyURL(),
	}
	return cmd
}

// run types a call and waits for its end.
func (c *account) run(args ...string) (stdout, stderr string, code int) {
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
func (c *account) must(args ...string) (stdout, stderr string) {
	c.t.Helper()
	stdout, stderr, code := c.run(args...)
	if code != program.ExitOK {
		c.t.Fatalf("provision %q: exit code %d\n%s\n%s\n%s", args, code, stdout, stderr, c.logs())
	}
	return stdout, stderr
}

// logs are the logs that a failed run has fetched.
func (c *account) logs() string {
	var all strings.Builder
	files, _ := filepath.Glob(filepath.Join(c.home, ".local/state/ocr-gateway/deployments/*.logs/*"))
	for _, file := range files {
		content, _ := os.ReadFile(file)
		all.WriteString("--- " + filepath.Base(file) + "\n" + string(content))
	}
	return all.String()
}

// only returns the one pod that exists.
func (c *account) only() runpodtest.Seen {
	c.t.Helper()
	live := c.fake.Live()
	if len(live) != 1 {
		c.t.Fatalf("%d pods exist, want 1: %+v", len(live), live)
	}
	return live[0]
}

// ended checks that terminating leaves nothing.
func (c *account) ended() {
	c.t.Helper()
	c.must("--terminate", "--yes")
	if live := c.fake.Live(); len(live) > 0 {
		c.t.Errorf("orphans: %+v", live)
	}
}

// paste runs the card's first curl line as a user would, in a shell.
func (c *account) paste(card string) string {
	c.t.Helper()
	lines := curlLine.FindAllStringSubmatch(card, -1)
	if len(lines) == 0 {
		c.t.Fatalf("no line to paste in:\n%s", card)
	}
	return c.pasteLine(card, lines[0][1])
}

// pasteLine runs one of a card's curl lines with files of the right kind in the
// place of those that it names.
func (c *account) pasteLine(card, line string) string {
	c.t.Helper()
	export := exportLine.FindStringSubmatch(card)
	if export == nil {
		c.t.Fatalf("no key to paste in:\n%s", card)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		c.t.Skip("curl is missing")
	}
	page, err := filepath.Abs("../provision/host/sample/page.png")
	if err != nil {
		c.t.Fatal(err)
	}
	document, err := filepath.Abs("testdata/one-page.pdf")
	if err != nil {
		c.t.Fatal(err)
	}
	line = strings.NewReplacer("@page.png", "@"+page, "@page-2.png", "@"+page, "@invoice.png", "@"+page, "@document.pdf", "@"+document).Replace(line)
	cmd := c.command() // for its folder and environment
	shell := exec.CommandContext(c.t.Context(), "bash", "-ec", export[1]+"\ncurl -sS --fail-with-body --cacert "+c.trusted()+" "+line)
	shell.Dir, shell.Env = cmd.Dir, append(cmd.Env, "PATH="+filepath.Dir(program.Path())+":"+os.Getenv("PATH"))
	out, err := shell.CombinedOutput()
	if err != nil {
		c.t.Errorf("curl %s: %v: %s\n%s", line, err, out, c.hostLogs())
	}
	return string(out)
}

// hostLogs are the last lines of what the programs of the only host say.
func (c *account) hostLogs() string {
	var all strings.Builder
	for _, name := range []string{"supervise.log", "gateway.log"} {
		text, err := os.ReadFile(filepath.Join(c.only().Volume, "ocr-gateway/logs", name))
		fmt.Fprintf(&all, "%s (%v):\n%s\n", name, err, text[max(0, len(text)-4000):])
	}
	return all.String()
}

// pasteAll runs every curl line of a card.
func (c *account) pasteAll(card string) {
	c.t.Helper()
	for path, word := range map[string]string{
		"recognize": "Delivery note 4711", "document": "Delivery note 4711", "document/stream": "event: ", "batch": "Delivery note 4711", "extract": "{",
	} {
		found := false
		for _, line := range curlLine.FindAllStringSubmatch(card, -1) {
			if line[2] == path {
				found = true
				if answer := c.pasteLine(card, line[1]); !strings.Contains(answer, word) {
					c.t.Errorf("the line for %s answers %s", path, answer)
				}
			}
		}
		if !found {
			c.t.Errorf("no line for %s in:\n%s", path, card)
		}
	}
}

// interruptAt starts a call and signals it when it begins a stage.
func (c *account) interruptAt(stage string, signal syscall.Signal, args ...string) (output string, finished bool) {
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

// machine starts a machine with sshd and a GPU that takes a key, which is made.
func (c *account) machine(key string) (host string, machine podtest.Machine) {
	c.t.Helper()
	if err := os.MkdirAll(filepath.Dir(key), 0o700); err != nil {
		c.t.Fatal(err)
	}
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		c.t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		c.t.Fatal(err)
	}
	machine = c.pods.Machine(c.t, strings.TrimSpace(string(public)), runpodtest.Spec{GPU: "NVIDIA L4", GPUs: 1})
	return "root@" + machine.Address, machine
}

// inside runs a script in a shell on a host and returns what it writes, without
// the greeting of the machine.
func (c *account) inside(script string, args ...string) string {
	c.t.Helper()
	const begin = "-- the script begins"
	visit := c.command(append(args, "--ssh")...)
	visit.Stdin = strings.NewReader("echo '" + begin + "'\n" + script)
	out, err := visit.Output()
	if err != nil {
		c.t.Fatalf("the shell says %v: %s", err, out)
	}
	_, said, _ := strings.Cut(string(out), begin)
	return strings.TrimSpace(said)
}

// until runs a call until it writes a word, then interrupts it.
func (c *account) until(word string, args ...string) string {
	c.t.Helper()
	cmd := c.command(args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	timer := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var seen strings.Builder
	buffer := make([]byte, 4096)
	for !strings.Contains(seen.String(), word) {
		n, err := out.Read(buffer)
		seen.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	_ = cmd.Process.Signal(syscall.SIGINT)
	_ = cmd.Wait()
	return seen.String()
}
