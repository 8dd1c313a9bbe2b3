package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

var (
	exportLine = regexp.MustCompile(`(?m)^ +(export OCR_KEY=.*)$`)
	curlLine   = regexp.MustCompile(`(?m)^ +curl (.*/api/ocr/(\S+))$`)
)

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

// startUnit and stopUnit do what systemd does with the unit.
const (
	startUnit = `setsid $(sed -n 's/^ExecStart=//p' /etc/systemd/system/ocr-gateway.service) >/dev/null 2>&1 </dev/null 9>&- &`
	stopUnit  = `pid=$(sed -n 's/^ *"pid": *\([0-9]*\),*$/\1/p' /opt/ocr-gateway/run/status.json | head -1)
kill -TERM "$pid"
while [ -d "/proc/$pid" ]; do sleep 0.1; done`
)

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
