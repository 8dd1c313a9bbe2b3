package podtest

import (
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

// Answer sets the text that vLLM answers to every request; it reads no pictures.
func (p *Pods) Answer(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = text
}

func vllm(c *Caller, call Call) Reply {
	c.pods.mu.Lock()
	loading, version, text := c.pods.loading, c.pods.packages["vllm"], c.pods.answer
	c.pods.mu.Unlock()
	args := operands(call.Args)
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
			},
		}
	default:
		return Reply{Stderr: "the stand-in knows `vllm serve` and `vllm --version`\n", Exit: 2}
	}
}
