package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

var (
	exportLine = regexp.MustCompile(`(?m)^ +(export OCR_KEY=.*)$`)
	curlLine   = regexp.MustCompile(`(?m)^ +curl (.*/api/ocr/(\S+))$`)
)

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
	c.keyStayedPrivate(card)
	c.pasteAll(card)

	if !called(c.pods.Calls("pip"), "run/encoder") || strings.Contains(progress, "could not be installed") {
		t.Error("the JPEG encoder was not brought")
	}
	if kept, err := filepath.Glob(filepath.Join(c.only().Volume, "ocr-gateway/state/ocr-gateway/jobs-*/jetstream")); err != nil || len(kept) != 1 {
		t.Errorf("jobs are kept in %v on the volume (%v)", kept, err)
	}

	status, _ := c.must("--status")
	if !strings.Contains(status, c.only().ID) || strings.Contains(status, "orphan") || strings.Contains(status, "somebody") {
		t.Errorf("status:\n%s", status)
	}
	c.ended()
	if status, _ := c.must("--status"); !strings.Contains(status, "nothing is billed") {
		t.Errorf("status at the end:\n%s", status)
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

func TestKilledAtEveryStageItResumesWithOnePod(t *testing.T) {
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
	if !strings.Contains(progress, "Resuming") {
		t.Errorf("it did not say that it resumes:\n%s", progress)
	}
	if n := c.fake.Created(); n != 1 {
		t.Errorf("%d pods were made, want 1", n)
	}
	if !strings.Contains(card, c.only().ID) {
		t.Errorf("the card:\n%s", card)
	}
	c.ended()
}

func TestProvisionFaultsOnTheHost(t *testing.T) {
	tests := []struct {
		name  string
		fault func(*podtest.Pods)
		says  []string // in the progress or the card
		calls []string // tools with an argument that must have been used
	}{
		{
			name: "packages fail at first",
			fault: func(p *podtest.Pods) {
				p.Fail("apt-get", podtest.Fault{Times: 1, Exit: 100, Text: "E: could not resolve\n"})
			},
			calls: []string{"apt-get openssh-server"},
		},
		{
			name:  "the download fails at first",
			fault: func(p *podtest.Pods) { p.Fail("hf", podtest.Fault{Times: 1, Exit: 1, Text: "504\n"}) },
			says:  []string{"GLM-OCR Deployment Complete"},
		},
		{
			name: "vLLM does not start with MTP",
			fault: func(p *podtest.Pods) {
				p.Fail("vllm", podtest.Fault{With: "--speculative-config", Exit: 1, Text: "ValueError: no MTP head\n"})
			},
			says: []string{"ValueError: no MTP head", "trying without", "without MTP (this host only)"},
		},
		{
			name:  "transformers is too old",
			fault: func(p *podtest.Pods) { p.Package("transformers", "4.57.1") },
			calls: []string{"pip transformers=="},
		},
		{
			name:  "vLLM is too old",
			fault: func(p *podtest.Pods) { p.Package("vllm", "0.16.0") },
			calls: []string{"pip vllm=="},
		},
		{
			name: "the layout's packages cannot be installed",
			fault: func(p *podtest.Pods) {
				p.Package("cv2", "")
				p.Fail("pip", podtest.Fault{With: "opencv", Exit: 1, Text: "ERROR: no matching distribution\n"})
			},
			says: []string{"warning: layout is left out", "off, pages are read whole"},
		},
		{
			name:  "the layout's model cannot be had",
			fault: func(p *podtest.Pods) { p.Fail("hf", podtest.Fault{With: "PP-DocLayoutV3", Exit: 1, Text: "404\n"}) },
			says:  []string{"warning: layout is left out", "off, pages are read whole"},
		},
		{
			name:  "the JPEG encoder cannot be had",
			fault: func(p *podtest.Pods) { p.Fail("pip", podtest.Fault{With: "run/encoder", Exit: 1, Text: "no route\n"}) },
			says:  []string{"warning: the JPEG encoder libjpeg-turbo could not be installed", "GLM-OCR Deployment Complete"},
		},
		{
			name: "vLLM dies once while it loads",
			fault: func(p *podtest.Pods) {
				p.LoadingTime(200 * time.Millisecond)
				p.Fail("vllm", podtest.Fault{Times: 1, After: 100 * time.Millisecond, Exit: 1, Text: "CUDA error\n"})
			},
			says: []string{", MTP (this host only)"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, runpodtest.Config{})
			tt.fault(c.pods)
			card, progress := c.must("--gpu", "A40", "--yes")
			for _, want := range tt.says {
				if !strings.Contains(progress+card, want) {
					t.Errorf("no word of %q in\n%s\n%s", want, progress, card)
				}
			}
			for _, want := range tt.calls {
				tool, argument, _ := strings.Cut(want, " ")
				if !called(c.pods.Calls(tool), argument) {
					t.Errorf("%s was not called with %s", tool, argument)
				}
			}
			c.ended()
		})
	}
}

func called(calls []podtest.Call, argument string) bool {
	for _, call := range calls {
		if strings.Contains(strings.Join(call.Args, " "), argument) {
			return true
		}
	}
	return false
}

func TestProvisionKeepsWhatFailedAndResumes(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	c.pods.Fail("vllm", podtest.Fault{Exit: 1, Text: "RuntimeError: CUDA out of memory\n"})
	_, stderr, code := c.run("--gpu", "A40", "--yes")
	if code != program.ExitKept {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	id := c.only().ID
	for _, want := range []string{
		"RuntimeError: CUDA out of memory", "is kept, and billed $0.40/h; resume, stop or terminate with:",
		"--pod-id " + id, "--stop --pod-id " + id, "--terminate --pod-id " + id, "vllm.log",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no word of %q in:\n%s", want, stderr)
		}
	}
	if !strings.Contains(c.logs(), "CUDA out of memory") {
		t.Errorf("the fetched logs:\n%s", c.logs())
	}
	c.untilVLLMFailed(4) // then it is left alone for 6 s at least, and started at once all the same
	c.pods.Heal()
	card, _ := c.must("--pod-id", id)
	if !strings.Contains(card, ", MTP (this host only)") {
		t.Errorf("what failed before the run is left out:\n%s", card)
	}
	if !strings.Contains(c.paste(card), "Delivery note 4711") {
		t.Error("the resumed deployment does not read")
	}
	c.ended()
}

func TestInterruptSaysWhatIsBilled(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	output, finished := c.interruptAt("deps", syscall.SIGINT, "--gpu", "A40", "--yes")
	if finished || !strings.Contains(output, "billed $0.40/h") || !strings.Contains(output, "--terminate --pod-id "+c.only().ID) {
		t.Errorf("it said:\n%s", output)
	}
	c.ended()
}

// A stopped pod comes back on other ports with a wiped disk, and its volume saves
// everything that took time.
func TestStopAndStart(t *testing.T) {
	c := newCloud(t, runpodtest.Config{StalePorts: 1})
	first, _ := c.must("--gpu", "A40", "--yes")
	downloads, ports := len(c.pods.Calls("hf")), c.only().TCP
	stdout, _ := c.must("--stop")
	if !strings.Contains(stdout, "--start --pod-id "+c.only().ID) || !strings.Contains(stdout, "$20.00 a month") || c.only().Status != "EXITED" {
		t.Errorf("after the stop: %s: %s", c.only().Status, stdout)
	}
	secrets := filepath.Join(c.only().Volume, "ocr-gateway", "etc", "secrets.env") // a second key, added by hand
	if content, err := os.ReadFile(secrets); err != nil {
		t.Fatal(err)
	} else if err := os.WriteFile(secrets, append(bytes.TrimSpace(content), ",another-key\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	card, progress := c.must("--start")
	if content, err := os.ReadFile(secrets); err != nil || !strings.Contains(string(content), ",another-key") {
		t.Errorf("the added key is gone (%v)", err)
	}
	if moved := c.only().TCP; moved[22] == ports[22] {
		t.Fatalf("the test's ports did not move: %v", moved)
	}
	if n := len(c.pods.Calls("hf")); n != downloads {
		t.Errorf("models were downloaded again:\n%s", progress)
	}
	if strings.Contains(card, "shown once") {
		t.Error("the start made a new API key")
	}
	if !strings.Contains(card, `export OCR_KEY="$(ocr-gateway provision --show-key --pod-id `+c.only().ID) {
		t.Errorf("the later card says no way to the key:\n%s", card)
	}
	if answer := c.paste(card); !strings.Contains(answer, "Delivery note 4711") {
		t.Errorf("with the key of --show-key it answers %s", answer)
	}
	if key, _ := c.must("--show-key"); !strings.Contains(first, "export OCR_KEY="+key) {
		t.Errorf("--show-key says %q, the first card\n%s", key, first)
	}
	c.ended()
}

func TestTerminateIsCareful(t *testing.T) {
	c := newCloud(t, runpodtest.Config{Others: []string{"somebody-elses"}})
	theirs := c.fake.Pods()[0].ID
	for _, args := range [][]string{
		{"--terminate"},
		{"--terminate", "--yes"},
		{"--terminate", "--pod-id", theirs, "--yes"},
	} {
		if stdout, stderr, code := c.run(args...); code == program.ExitOK {
			t.Errorf("%q: %s%s", args, stdout, stderr)
		}
	}
	for _, pod := range c.fake.Pods() {
		if !pod.Alive() {
			t.Errorf("ended: %+v", pod)
		}
	}
	cmd := c.command("--gpu", "A40")
	cmd.Stdin = strings.NewReader("no\n")
	if out, err := cmd.CombinedOutput(); err == nil || c.fake.Created() != 0 || !strings.Contains(string(out), "at most $0.49 an hour") {
		t.Errorf("declined: %v, %d pods\n%s", err, c.fake.Created(), out)
	}
	for _, gpu := range []string{"NVIDIA A40", "NVIDIA RTX A6000"} {
		c.fake.Refuse(gpu, runpodtest.NoLonger)
	}
	cmd = c.command("--gpu", "A40")
	cmd.Stdin = strings.NewReader("y\n") // is a yes: it tries, and finds nothing free
	if out, err := cmd.CombinedOutput(); err == nil || cmd.ProcessState.ExitCode() != program.ExitNoStock {
		t.Errorf("accepted: %v\n%s", err, out)
	}
	if _, stderr, code := c.run("--gpu", "A40"); code == program.ExitOK || c.fake.Created() != 0 {
		t.Errorf("without an answer: code %d, %s", code, stderr)
	}
}

func TestProvisionPlanCreatesNothing(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	plan, _ := c.must("--plan", "--gpu", "H100")
	golden(t, "provision-plan.txt", plan)
	asJSON, _ := c.must("--plan", "--gpu", "H100", "--json")
	if !strings.Contains(asJSON, `"price_per_hour"`) || c.fake.Count("create") != 0 {
		t.Errorf("%d creates, %s", c.fake.Count("create"), asJSON)
	}
	for code, args := range map[int][]string{
		program.ExitUsage:   {"--plan", "--gpu-count", "0"},
		program.ExitNoStock: {"--plan", "--gpu", "GTX 1080"},
	} {
		if _, stderr, got := c.run(args...); got != code {
			t.Errorf("%q: exit code %d, want %d: %s", args, got, code, stderr)
		}
	}
	c.fake.Change(func(config *runpodtest.Config) { config.Key = "another" })
	if _, stderr, code := c.run("--plan"); code != program.ExitAccount {
		t.Errorf("wrong key: exit code %d: %s", code, stderr)
	}
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

// TestProvisionOnAMachineOfOnesOwn needs no cloud: any machine with sshd and a GPU.
func TestProvisionOnAMachineOfOnesOwn(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	host, machine := c.machine(filepath.Join(c.home, ".ssh", "id_ed25519"))

	if _, stderr, code := c.run("--host", host); code == program.ExitOK || !strings.Contains(stderr, "host key") {
		t.Errorf("an unknown host key was taken: code %d: %s", code, stderr)
	}
	card, progress := c.must("--host", host, "--host-key", machine.HostKey)
	if !strings.Contains(card, "NVIDIA L4") || c.fake.Count("create") != 0 {
		t.Errorf("%s\n%s", progress, card)
	}
	// As if a run had been killed between writing the settings and saying so.
	visit := c.command("--host", host, "--ssh")
	visit.Stdin = strings.NewReader("touch /opt/ocr-gateway/etc/config.yaml\n")
	if out, err := visit.CombinedOutput(); err != nil {
		t.Fatalf("the shell says %v: %s", err, out)
	}
	again, _ := c.must("--host", host) // the key that was given stays pinned
	if strings.Contains(again, "shown once") {
		t.Error("the second run made a new key")
	}
	visit = c.command("--host", host, "--ssh")
	visit.Stdin = strings.NewReader(`cd /opt/ocr-gateway
find etc -type f -newerct "$(sed -n 's/.*"config_read": *"\([^"]*\)".*/later: \1/p' run/status.json | cut -c8-)"
`)
	if out, err := visit.Output(); err != nil || strings.Contains(string(out), "config.yaml") {
		t.Errorf("the supervisor was not told of the settings: %v: %s", err, out)
	}
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

// A machine keeps its ports from run to run, its card leads to them and to nothing
// else, and it can be stopped, started again and cleared.
func TestMachineIsKeptStoppedAndCleared(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	key := filepath.Join(c.home, "my key")
	host, machine := c.machine(key)
	at := []string{"--host", host, "--ssh-key", key}
	with := func(args ...string) []string { return append(slices.Clone(at), args...) }
	c.must(with("--host-key", machine.HostKey, "--api-port", "18117", "--vllm-port", "18000")...)
	card, _ := c.must(at...) // the ports are not named again
	if strings.Contains(card, "8007") || !strings.Contains(card, "on 127.0.0.1:18000") {
		t.Errorf("the card forgot the ports:\n%s", card)
	}
	flags := "--host " + host + " --ssh-key '" + key + "'"
	for _, want := range []string{
		"ssh -i '" + key + "' -p ", "http://127.0.0.1:18117/api/ocr/batch", "provision --tunnel " + flags,
		"provision --show-key " + flags, "provision --stop " + flags, "provision --uninstall " + flags,
	} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	tunnel := c.command(with("--tunnel")...)
	out, err := tunnel.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tunnel.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "127.0.0.1:18117") {
		t.Errorf("the tunnel says %q, %v", line, err)
	}
	c.pasteAll(card)
	_ = tunnel.Process.Signal(syscall.SIGINT)
	if err := tunnel.Wait(); err != nil {
		t.Errorf("the tunnel ended with %v", err)
	}

	inside := func(script string) string { return c.inside(script, with("--host-key", machine.HostKey)...) }
	const works = "pgrep -c 'ocr-gateway|fakevllm' || true\n"
	if n := inside(works); n == "0" {
		t.Fatal("nothing runs on the machine: the test looks in vain")
	}
	if stdout, _ := c.must(with("--stop")...); !strings.Contains(stdout, "start them again with: ocr-gateway provision "+flags) {
		t.Errorf("--stop says %s", stdout)
	}
	if n := inside(works); n != "0" {
		t.Errorf("%s programs run after the stop", n)
	}
	if again, _ := c.must(at...); strings.Contains(again, "shown once") || !strings.Contains(again, "18117") {
		t.Errorf("started again, the card is\n%s", again)
	}
	inside("touch /opt/ocr-gateway/bin/mine\n")
	if _, _, code := c.run(with("--uninstall")...); code == program.ExitOK {
		t.Error("it was cleared without an answer")
	}
	if stdout, _ := c.must(with("--uninstall", "--yes")...); !strings.Contains(stdout, "Removed") || !strings.Contains(stdout, "no run has made it: bin") {
		t.Errorf("--uninstall says %s", stdout)
	}
	if left := inside("cd /opt/ocr-gateway && find . -type f; " + works); left != "./bin/mine\n0" {
		t.Errorf("left on the machine:\n%s", left)
	}
	if files, _ := filepath.Glob(filepath.Join(c.home, ".local/state/ocr-gateway/deployments/*.json")); len(files) != 0 {
		t.Errorf("still known: %v", files)
	}
}

// startUnit and stopUnit do what systemd does with the unit.
const (
	startUnit = `setsid $(sed -n 's/^ExecStart=//p' /etc/systemd/system/ocr-gateway.service) >/dev/null 2>&1 </dev/null 9>&- &`
	stopUnit  = `pid=$(sed -n 's/^ *"pid": *\([0-9]*\),*$/\1/p' /opt/ocr-gateway/run/status.json | head -1)
kill -TERM "$pid"
while [ -d "/proc/$pid" ]; do sleep 0.1; done`
)

// Where there is systemd it is systemd that is asked, and its unit goes with the rest.
func TestMachineWithSystemd(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	c.pods.StandIn("systemctl", func(_ *podtest.Caller, call podtest.Call) podtest.Reply {
		script := map[string]string{"enable": startUnit, "disable": stopUnit}[call.Args[0]]
		return podtest.Reply{Exec: []string{"/bin/bash", "-c", script}}
	})
	host, machine := c.machine(filepath.Join(c.home, ".ssh", "id_ed25519"))
	inside := func(script string) string { return c.inside(script, "--host", host, "--host-key", machine.HostKey) }
	inside("mkdir -p /run/systemd/system /etc/systemd/system\n")
	c.must("--host", host, "--host-key", machine.HostKey)
	c.must("--host", host, "--stop")
	if !called(c.pods.Calls("systemctl"), "disable --quiet --now ocr-gateway.service") {
		t.Errorf("systemd was not asked: %v", c.pods.Calls("systemctl"))
	}
	c.must("--host", host, "--uninstall", "--yes")
	if left := inside("ls -d /etc/systemd/system/ocr-gateway.service /opt/ocr-gateway 2>/dev/null; true\n"); left != "" {
		t.Errorf("left on the machine: %s", left)
	}
	if calls := c.pods.Calls("systemctl"); calls[len(calls)-1].Args[0] != "daemon-reload" {
		t.Errorf("the last call is %v", calls[len(calls)-1].Args)
	}
}

// TestVisits looks into a deployment: its logs, a shell, a tunnel.
func TestVisits(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	card, _ := c.must("--gpu", "A40", "--yes", "--api-port", "18017")
	if _, err := exec.LookPath("ssh"); err == nil {
		cmd := c.command("--ssh")
		cmd.Stdin = strings.NewReader("echo volume: $(ls /workspace)\n")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "volume: ocr-gateway") {
			t.Errorf("the shell says %v: %s", err, out)
		}
	}
	if said := c.until("vLLM API server", "--logs"); !strings.Contains(said, "vllm.log") {
		t.Errorf("the logs say %s", said)
	}
	tunnel := c.command("--tunnel")
	out, err := tunnel.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tunnel.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 100)
	n, _ := out.Read(line)
	base := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(string(line[:n]))
	if answer := c.paste(regexp.MustCompile(`https?://\S+/api/ocr/recognize`).ReplaceAllString(card, base+"/api/ocr/recognize")); !strings.Contains(answer, "Delivery note 4711") {
		t.Errorf("through the tunnel: %s", answer)
	}
	_ = tunnel.Process.Signal(syscall.SIGINT)
	if err := tunnel.Wait(); err != nil {
		t.Errorf("the tunnel ended with %v", err)
	}
	c.ended()
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
