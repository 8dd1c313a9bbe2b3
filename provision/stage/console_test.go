package stage

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A log of CI gets a line for each stage, and little more.
func TestConsoleWritesFewLinesWithoutATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		c := NewConsole(&out, false, 0)
		c.Begin("ssh", PhaseInfrastructure)
		for i := range 100 {
			c.Log(PodSource, fmt.Sprintf("apt says %d", i))
		}
		c.End("ssh", time.Second, nil)
		c.Begin("vllm", PhaseVLLM)
		for i := range 60 { // two minutes
			time.Sleep(2 * time.Second)
			c.Waiting(fmt.Sprintf("starting, %d s", 2*i+2))
		}
		c.Log("vllm", "ValueError: no MTP head")
		c.Warn("trying without")
		c.End("vllm", 2*time.Minute, nil)
		c.Begin("gateway", PhaseGateway)
		for i := range 100 {
			c.Log(PodSource, fmt.Sprintf("the gateway says %d", i))
		}
		c.End("gateway", time.Second, errors.New("broken"))
		c.Close()
		want := `    0.0s   ssh           begins
    0.0s   vllm          begins
   30.0s   vllm          starting, 30 s
   60.0s   vllm          starting, 60 s
   90.0s   vllm          starting, 90 s
  120.0s   vllm          starting, 120 s
  120.0s     vllm: ValueError: no MTP head
  120.0s   warning: trying without
  120.0s   gateway       begins
`
		got := out.String()
		if !strings.HasPrefix(got, want) {
			t.Errorf("it wrote\n%s", got)
		}
		if strings.Contains(got, "apt") || strings.Count(got, "the gateway says") != failureLines || !strings.Contains(got, "the gateway says 99") {
			t.Errorf("the pod's words:\n%s", got)
		}
		if !strings.HasSuffix(got, "gateway       failed      1.0s\n") {
			t.Errorf("it ends with\n%s", got)
		}
	})
}
