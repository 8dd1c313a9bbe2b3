package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
	"ocr-gateway/provision/supervise"
)

const nonsense = "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"

// What failed once is off with its reason, and is tried again: where it serves when
// that is asked for, else whenever the pod is started.
func TestWhatWasGivenUpIsTriedAgain(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	c.pods.Package("vllm", "0.27.1")
	c.pods.Fail("hf", podtest.Fault{With: "PP-DocLayoutV3", Exit: 1, Text: "404 Client Error: Not Found\n"})
	c.pods.Fail("vllm", podtest.Fault{With: "--speculative-config", Exit: 1, Text: "ValueError: no MTP head\n"})
	card, _ := c.must("--gpu", "A40", "--yes")
	status, _ := c.must("--status")
	asJSON, _ := c.must("--status", "--json")
	for _, want := range []string{
		"MTP: with it vllm ended", "ValueError: no MTP head", "vLLM 0.27.1 is known not to start with GLM-OCR's MTP",
		"layout: the download of PaddlePaddle/PP-DocLayoutV3_safetensors failed: the hub answers 404",
	} {
		for what, text := range map[string]string{"card": card, "status": status, "JSON": asJSON} {
			if !strings.Contains(text, want) {
				t.Errorf("the %s lacks %q:\n%s", what, want, text)
			}
		}
	}
	c.pods.Heal()
	c.pods.Fail("vllm", podtest.Fault{With: "--speculative-config", Exit: 1, Text: "ValueError: no MTP head\n"})
	card, progress := c.must("--pod-id", c.only().ID)
	if !strings.Contains(progress, "to try it again: ocr-gateway provision --try-again --pod-id ") || !strings.Contains(card, "pages are read whole") {
		t.Errorf("what serves was interrupted unasked:\n%s\n%s", progress, card)
	}
	card, progress = c.must("--try-again")
	if !strings.Contains(progress, "trying again what was off") || strings.Contains(card, "pages are read whole") || !strings.Contains(card, "without MTP") {
		t.Errorf("with MTP still at fault:\n%s\n%s", progress, card)
	}
	c.pods.Heal()
	c.must("--stop")
	if card, progress = c.must("--start"); !strings.Contains(card, ", MTP (this host only)") {
		t.Errorf("after the start:\n%s\n%s", progress, card)
	}
	if status, _ := c.must("--status"); strings.Contains(status, "runs without") {
		t.Errorf("status:\n%s", status)
	}
	c.ended()
}

// untilVLLMFailed waits until the supervisor has counted so many failures of vLLM.
func (c *account) untilVLLMFailed(times int) {
	c.t.Helper()
	file := filepath.Join(c.only().Volume, "ocr-gateway", "run", "status.json")
	waitFor(c.t, time.Minute, "vLLM to have failed more often", func() bool {
		var status supervise.Status
		content, err := os.ReadFile(file)
		return err == nil && json.Unmarshal(content, &status) == nil && status.Programs[0].Failures >= times
	})
}

func TestHubThatRefusesIsSaid(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	const said = "huggingface_hub.errors.RepositoryNotFoundError: 401 Client Error. (Request ID: Root=1-6)\n\nRepository Not Found for url: https://hub/api/models/zai-org/GLM-OCR.\n"
	c.pods.Fail("hf", podtest.Fault{With: "zai-org/GLM-OCR", Exit: 1, Text: said})
	_, stderr, code := c.run("--gpu", "A40", "--yes")
	if code != program.ExitKept {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	for _, want := range []string{"hf: huggingface_hub.errors", "hf: Repository Not Found", "the hub answers 401", "misspelled, private or gated", "download.log"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no word of %q in:\n%s", want, stderr)
		}
	}
	if !strings.Contains(c.logs(), "--- download.log") || !strings.Contains(c.logs(), "401 Client Error") {
		t.Errorf("the fetched logs:\n%s", c.logs())
	}
	c.ended()
}

func TestRefusedKeyAndLongLimitAreSaid(t *testing.T) {
	c := newCloud(t, runpodtest.Config{})
	c.fake.Change(func(config *runpodtest.Config) { config.Key = "another" })
	for _, args := range [][]string{{"--plan"}, {"--status"}, {"--gpu", "A40", "--yes"}} {
		if _, stderr, code := c.run(args...); code != program.ExitAccount || !strings.Contains(stderr, "RUNPOD_KEY in the file .env") {
			t.Errorf("%q: exit code %d: %s", args, code, stderr)
		}
	}
	cmd := c.command("--plan")
	cmd.Env = append(cmd.Env, "RUNPOD_KEY=rpa_OTHER")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "the variable RUNPOD_KEY") || strings.Contains(string(out), "rpa_OTHER") {
		t.Errorf("%v: %s", err, out)
	}
	c.fake.Change(func(config *runpodtest.Config) {
		config.Key = "rpa_TESTKEY0123456789"
		config.Fault = runpodtest.FirstOf("catalog", 100, runpodtest.Fault{Status: 429, RetryAfter: 45000})
	})
	if _, stderr, code := c.run("--plan"); code != program.ExitAccount || !strings.Contains(stderr, "the next one is taken in 12h") {
		t.Errorf("a long limit: exit code %d: %s", code, stderr)
	}
	asked := c.fake.Count("catalog")
	c.fake.Change(func(config *runpodtest.Config) {
		config.Fault = runpodtest.FirstOf("catalog", asked+1, runpodtest.Fault{Status: 429, RetryAfter: 3})
	})
	if _, stderr := c.must("--plan"); !strings.Contains(stderr, "waiting 3s") {
		t.Errorf("a short limit is waited out in silence: %q", stderr)
	}
}

// keyStayedPrivate checks that the key went over TLS and the tunnel alone, and that
// the card's lines take it nowhere else.
func (c *account) keyStayedPrivate(card string) {
	c.t.Helper()
	key := strings.TrimPrefix(regexp.MustCompile(`export OCR_KEY=\S+`).FindString(card), "export OCR_KEY=")
	heard := c.fake.Overheard()
	if !strings.Contains(heard, "POST /api/ocr/recognize") {
		c.t.Error("the public address without TLS was not verified")
	}
	if key == "" || strings.Contains(heard, key) || strings.Contains(heard, "Authorization") {
		c.t.Errorf("the key %q went over plain HTTP", key)
	}
	for line := range strings.Lines(card) {
		if strings.Contains(line, "Authorization") && !strings.Contains(line, " https://") {
			c.t.Errorf("a line to paste sends the key in clear: %s", line)
		}
	}
	if !strings.Contains(card, "no TLS") {
		c.t.Errorf("the address without TLS is not on the card:\n%s", card)
	}
}

// An API that anybody may use is a failure, also where only one way to it is open;
// a stranger's server at an address is not ours.
func TestOpenAPIIsAFailure(t *testing.T) {
	answer := `{"text":"Delivery note 4711"}`
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
	defer front.Close()
	c := newCloud(t, runpodtest.Config{})
	cmd := c.command("--gpu", "A40", "--yes")
	cmd.Env = append(cmd.Env, "RUNPOD_PROXY_URL="+front.URL+"/{pod}-{port}")
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != program.ExitKept || !strings.Contains(string(out), "the API answers without a key") || !strings.Contains(string(out), "--stop --pod-id "+c.only().ID) {
		t.Errorf("exit code %d\n%s", code, out)
	}
	c.ended()
}

// verify tests the model: nonsense, and drafts that never come true, are found, MTP
// is left out where it is to blame, and what to do is said.
func TestVerifyTestsTheModel(t *testing.T) {
	for name, tt := range map[string]struct {
		fault func(*podtest.Pods)
		code  int
		says  []string
		never string
	}{
		"nonsense with MTP": {
			func(p *podtest.Pods) { p.AnswerWithMTP(nonsense) }, program.ExitOK,
			[]string{"the sample was read wrongly", "without MTP (this host only)", "MTP: SSH tunnel: the sample was read wrongly"},
			"",
		},
		"drafts that never come true": {
			func(p *podtest.Pods) { p.Acceptance(0) }, program.ExitOK,
			[]string{"tokens that MTP proposed 0 were accepted", "without MTP (this host only)"},
			"",
		},
		"nonsense also without": {
			func(p *podtest.Pods) { p.Answer(nonsense) }, program.ExitKept,
			[]string{"the sample was read wrongly", "docs/provisioning.md", "--new --image vllm/vllm-openai:v0.20.2"},
			"runs without",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, runpodtest.Config{})
			tt.fault(c.pods)
			card, progress, code := c.run("--gpu", "A40", "--yes")
			if code != tt.code {
				t.Errorf("exit code %d\n%s", code, progress)
			}
			for _, want := range tt.says {
				if !strings.Contains(progress+card, want) {
					t.Errorf("no word of %q in\n%s\n%s", want, progress, card)
				}
			}
			if status, _ := c.must("--status"); tt.never != "" && strings.Contains(status, tt.never) {
				t.Errorf("status:\n%s", status)
			}
			c.ended()
		})
	}
}
