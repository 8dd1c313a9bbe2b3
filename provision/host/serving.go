package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"ocr-gateway/provision/stage"
	"ocr-gateway/provision/supervise"
)

// crashes is how often in a row a program may end before that is taken for a
// fault of its settings: once may be an accident of the host.
const crashes = 2

// vllmReady is met when vLLM answers and serves the model.
func (s *Setup) vllmReady(ctx context.Context) error {
	base := fmt.Sprintf("http://127.0.0.1:%d", s.d.Options.VLLMPort)
	if status, _, err := s.get(ctx, base+"/health", ""); err != nil || status != http.StatusOK {
		return s.notYet(ctx, "vLLM", status, err)
	}
	status, body, err := s.get(ctx, base+"/v1/models", "")
	if err != nil || status != http.StatusOK {
		return s.notYet(ctx, "vLLM", status, err)
	}
	if name := s.d.Options.Served().Name; !lists(body, name) {
		return fmt.Errorf("the server on port %d does not serve %s: another vLLM runs there", s.d.Options.VLLMPort, name)
	}
	return nil
}

// lists reports whether /v1/models has a model of this name.
func lists(body []byte, name string) bool {
	var models struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	_ = json.Unmarshal(body, &models) // what is no list has no model
	for _, model := range models.Data {
		if model.ID == name {
			return true
		}
	}
	return false
}

// notYet is what is missing while a server does not answer as it should.
func (s *Setup) notYet(ctx context.Context, name string, status int, err error) error {
	if err != nil && ctx.Err() != nil {
		return err
	}
	if err != nil {
		return stage.WaitFor("%s does not answer yet", name)
	}
	return stage.WaitFor("%s answers with status %d", name, status)
}

// watchVLLM watches vLLM come up: it shows its log and, when it ends again and
// again, starts it without speculative decoding, which fails on some versions.
func (s *Setup) watchVLLM(ctx context.Context) error {
	state, err := s.supervisor(ctx)
	if err != nil {
		return err
	}
	if state != current { // what it says is of the settings before
		return stage.WaitFor("the supervisor is %s", state)
	}
	status, err := s.status(ctx)
	if err != nil {
		return err
	}
	vllm := program(status, "vllm")
	if vllm == nil {
		return stage.WaitFor("the supervisor does not know vLLM yet")
	}
	if vllm.Failures >= crashes && vllm.LastExit != nil {
		return s.vllmFailed(ctx, vllm)
	}
	line, err := s.tail(ctx, "logs/vllm.log", 1)
	if err != nil {
		return err
	}
	return stage.WaitFor("%s, %s: %s", vllm.State, time.Since(vllm.Since).Round(time.Second), line)
}

// vllmFailed shows why vLLM ends, and tries without MTP before giving up.
func (s *Setup) vllmFailed(ctx context.Context, vllm *supervise.ProgramStatus) error {
	s.showExit(vllm)
	if !s.d.UsesMTP() {
		return repeatedExit(vllm)
	}
	if err := s.dropMTP("with it " + repeatedExit(vllm).Error()); err != nil {
		return err
	}
	return s.configure(ctx) // its definition changes, and with it its failures count anew
}

// showExit shows the last words of a program.
func (s *Setup) showExit(p *supervise.ProgramStatus) {
	for line := range strings.Lines(p.LastExit.Output) {
		s.Progress.Log(p.Name, strings.TrimRight(line, "\n"))
	}
}

func repeatedExit(p *supervise.ProgramStatus) error {
	end := p.LastExit
	how := fmt.Sprintf("with code %d", end.Code)
	if end.Signal != "" {
		how = "by signal " + end.Signal
	}
	if end.Reason != "" {
		how += " (" + end.Reason + ")"
	}
	return fmt.Errorf("%s ended %d times in a row, last %s: %s", p.Name, p.Failures, how, lastLine(end.Output))
}

// watchGateway ends the run when the gateway ends again and again.
func (s *Setup) watchGateway(ctx context.Context) error {
	status, err := s.status(ctx)
	if err != nil {
		return err
	}
	gateway := program(status, "gateway")
	if gateway == nil || gateway.Failures < crashes || gateway.LastExit == nil {
		return nil
	}
	s.showExit(gateway)
	return repeatedExit(gateway)
}

func program(status supervise.Status, name string) *supervise.ProgramStatus {
	for i, p := range status.Programs {
		if p.Name == name {
			return &status.Programs[i]
		}
	}
	return nil
}

// tail is the end of a log on the host.
func (s *Setup) tail(ctx context.Context, log string, lines int) (string, error) {
	var out bytes.Buffer
	err := s.onHost(ctx, s.script(`[ ! -f "$dir/$log" ] || tail -n "$lines" "$dir/$log"`,
		map[string]string{"log": log, "lines": fmt.Sprint(lines)}), &out)
	return strings.TrimSpace(out.String()), err
}

// gatewayReady is met when the gateway would take work. A layout sidecar that
// still loads is waited for; one that failed costs the layout only.
func (s *Setup) gatewayReady(ctx context.Context) error {
	base := fmt.Sprintf("http://127.0.0.1:%d", s.d.Options.APIPort)
	status, body, err := s.get(ctx, base+"/health", s.apiKey)
	if err != nil || status != http.StatusOK {
		return s.notYet(ctx, "the gateway", status, err)
	}
	var health struct {
		Ready  bool `json:"ready"`
		Engine struct{ State, Detail string }
		Layout struct{ State, Detail string }
	}
	if err := json.Unmarshal(body, &health); err != nil {
		return fmt.Errorf("what listens on port %d is not the gateway", s.d.Options.APIPort)
	}
	switch {
	case !health.Ready:
		return stage.WaitFor("the engine is %s: %s", health.Engine.State, health.Engine.Detail)
	case s.d.UsesLayout() && health.Layout.State == "loading":
		return stage.WaitFor("the layout model loads")
	case s.d.UsesLayout() && health.Layout.State != "ready":
		s.Progress.Warn("layout is " + health.Layout.State + ", pages are read whole: " + health.Layout.Detail)
	}
	s.layoutState = health.Layout.State
	return nil
}
