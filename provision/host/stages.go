package host

import (
	"time"

	"ocr-gateway/provision/card"
	"ocr-gateway/provision/stage"
)

// Stages are the steps from the login to a host that is verified.
func (s *Setup) Stages() []stage.Stage {
	d := s.Deadlines
	soon := min(s.Poll, 2*time.Second) // between looks that cost the cloud nothing
	stages := []stage.Stage{
		s.loginStage(),
		{Name: "probe", Phase: stage.PhaseEnvironment, Deadline: 2 * time.Minute, Check: s.probe, Every: soon},
		{Name: "deps", Phase: stage.PhaseEnvironment, Deadline: d.Install, Check: s.installed, Act: s.install, Every: soon},
		{Name: "model", Phase: stage.PhaseEnvironment, Deadline: d.Model, Check: s.downloaded, Act: s.download, Every: soon},
		{Name: "upload", Phase: stage.PhaseEnvironment, Deadline: d.Upload, Check: s.uploaded, Act: s.upload, Every: soon},
		{Name: "config", Phase: stage.PhaseVLLM, Deadline: 5 * time.Minute, Check: s.configured, Act: s.configure, Every: soon},
		{Name: "vllm", Phase: stage.PhaseVLLM, Deadline: 2 * d.VLLM, Check: s.vllmReady, Act: s.watchVLLM, Every: soon},
		{Name: "gateway", Phase: stage.PhaseGateway, Deadline: d.Gateway, Check: s.gatewayReady, Act: s.watchGateway, Every: soon},
		{Name: "verify", Phase: stage.PhaseVerification, Deadline: d.Verify, Check: s.verify, Every: soon},
	}
	if s.d.Options.Benchmark {
		stages = append(stages, stage.Stage{Name: "bench", Phase: stage.PhaseVerification, Deadline: d.Bench, Check: s.tryBenchmark, Every: soon})
	}
	return stages
}

// Result is what a host is once its stages are met.
type Result struct {
	GPUs        []string // their names
	URLs        []string // addresses of the API that answered
	APIKey      string
	KeyPath     string // where it lies on the host
	LayoutState string // of the gateway
	Figures     *card.Figures
}

// Result is what is known of the host.
func (s *Setup) Result() Result {
	r := Result{URLs: s.verified, APIKey: s.apiKey, KeyPath: s.d.Options.Dir + "/" + secretsFile, LayoutState: s.layoutState, Figures: s.figures}
	for _, g := range s.probed.GPUs {
		r.GPUs = append(r.GPUs, g.Name)
	}
	return r
}
