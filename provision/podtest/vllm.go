package podtest

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"time"

	"ocr-gateway/provision/podtest/inside"
)

// LoadingTime sets how long `vllm serve` takes until it listens.
func (p *Pods) LoadingTime(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loading = d
}

// Answer sets the text that vLLM answers to every request; it reads no images.
func (p *Pods) Answer(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = text
}

// AnswerWithMTP sets another text that vLLM answers while it runs with speculative
// decoding; "" means the same as without.
func (p *Pods) AnswerWithMTP(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mtpAnswer = text
}

// Acceptance sets the share, 0 to 1, of what the draft head proposes that comes true.
func (p *Pods) Acceptance(share float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acceptance = share
}

func vllm(c *Caller, call Call) Reply {
	c.pods.mu.Lock()
	loading, version, text := c.pods.loading, c.pods.packages["vllm"], c.pods.answer
	mtpText, acceptance := c.pods.mtpAnswer, c.pods.acceptance
	c.pods.mu.Unlock()
	args := operands(call.Args)
	mtp := slices.Contains(call.Args, "--speculative-config")
	if mtp {
		text = cmp.Or(mtpText, text)
	}
	switch {
	case slices.Contains(call.Args, "--version"):
		return Reply{Stdout: version + "\n"}
	case len(args) >= 2 && args[0] == "serve":
		address := net.JoinHostPort(option(call.Args, "--host", "0.0.0.0"), option(call.Args, "--port", "8000"))
		return Reply{
			Wait:   loading,
			Stdout: "INFO vLLM API server version " + version + "\n",
			Exec: []string{
				inside.VLLM, "-listen", address, "-model", option(call.Args, "--served-model-name", args[1]),
				"-version", version, "-latency", "5ms", "-text", text,
				fmt.Sprintf("-mtp=%t", mtp), fmt.Sprintf("-acceptance=%g", acceptance),
			},
		}
	default:
		return Reply{Stderr: "the stand-in knows `vllm serve` and `vllm --version`\n", Exit: 2}
	}
}
