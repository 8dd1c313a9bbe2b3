package vllm

import (
	"strings"
	"time"

	"ocr-gateway/engine/vllm/endpoints"
	"ocr-gateway/internal/setting"
)

// Config says where the model servers are and how they are used.
type Config struct {
	Endpoints []Endpoint `mapstructure:"endpoints"`
	// APIKey is for endpoints that have no key of their own; empty means none. Its file, if it came from one,
	// is read again while the engine runs.
	APIKey     string `mapstructure:"api_key" secret:"true" path:"APIKeyFile"`
	APIKeyFile string `mapstructure:"-"`
	// Model is the name the servers know the model by (--served-model-name).
	Model string `mapstructure:"model"`
	// Profile names how the model is asked and read; profileAuto decides by the models that the servers list.
	Profile string `mapstructure:"profile"`
	// Charts has models read charts as tables if they can; otherwise charts are pictures.
	Charts bool `mapstructure:"charts"`

	// FirstByteTimeout limits the wait for the first part of an answer. A server with more requests than
	// sequences queues them, so this includes the queue.
	FirstByteTimeout time.Duration `mapstructure:"first_byte_timeout"`
	// ProgressTimeout limits the silence between two parts of an answer.
	ProgressTimeout time.Duration `mapstructure:"progress_timeout"`
	// RegionTimeout limits one region with all its attempts and waits.
	RegionTimeout time.Duration `mapstructure:"region_timeout"`
	// DownTimeout is how long regions wait for a server if none is usable. After none has been usable for
	// this long, they fail at once.
	DownTimeout time.Duration `mapstructure:"down_timeout"`
	// CheckInterval is the time between two checks of a server.
	CheckInterval time.Duration `mapstructure:"check_interval"`

	// Attempts is how often a region is sent when servers fail.
	Attempts int `mapstructure:"attempts"`
	// BusyAttempts is how often it is sent when servers only say that they are busy.
	BusyAttempts int `mapstructure:"busy_attempts"`

	// JPEGQuality of the crops, 1 to 100.
	JPEGQuality int       `mapstructure:"jpeg_quality"`
	MaxTokens   MaxTokens `mapstructure:"max_tokens"`
	Sampling    Sampling  `mapstructure:"sampling"`
	// LoopPenalty is the repetition penalty of the one further attempt for a region in which the model
	// repeated itself.
	LoopPenalty float64 `mapstructure:"loop_penalty"`
	// AllowPrompt lets clients replace a task's prompt by their own. The model was not trained on it and
	// repeats itself more easily.
	AllowPrompt bool `mapstructure:"allow_prompt"`
	// Confidence asks for token probabilities, which make answers several times larger.
	Confidence bool `mapstructure:"confidence"`
}

// Endpoint is one model server, or a router in front of several.
type Endpoint = endpoints.Config

// Health is the state of one endpoint.
type Health = endpoints.Health

// Drafts is what a model server reports of speculative decoding.
type Drafts = endpoints.Drafts

// MaxTokens limits the length of an answer by what is read; 0 means the model's own limit.
type MaxTokens struct {
	Text    int `mapstructure:"text"`
	Table   int `mapstructure:"table"`
	Formula int `mapstructure:"formula"`
}

// Sampling is how the model chooses tokens. A Temperature below 0, and 0 in other fields, mean the model's
// own value.
type Sampling struct {
	Temperature       float64 `mapstructure:"temperature"`
	TopP              float64 `mapstructure:"top_p"`
	TopK              int     `mapstructure:"top_k"`
	RepetitionPenalty float64 `mapstructure:"repetition_penalty"`
}

// profileAuto is the Config.Profile that depends on what the servers list.
const profileAuto = "auto"

// ownTemperature is the Sampling.Temperature that leaves the choice to the model's profile.
const ownTemperature = -1

// DefaultConfig has no endpoint.
func DefaultConfig() Config {
	return Config{
		Model:            "glm-ocr",
		Profile:          profileAuto,
		FirstByteTimeout: 90 * time.Second,
		ProgressTimeout:  60 * time.Second,
		RegionTimeout:    5 * time.Minute,
		DownTimeout:      30 * time.Second,
		CheckInterval:    2 * time.Second,
		Attempts:         5,
		BusyAttempts:     12,
		JPEGQuality:      80,
		Sampling:         Sampling{Temperature: ownTemperature},
		LoopPenalty:      1.3,
	}
}

// Validate reports every value that cannot be used, without repeating any secret.
func (c Config) Validate() error {
	var errs setting.Errors
	endpoints.Check(c.Endpoints, &errs)
	errs.Check(!strings.ContainsAny(c.APIKey, "\r\n"), "api_key", "holds a line break")
	errs.Check(c.Profile != "", "profile", "is empty: use %s or the name of a model's profile", profileAuto)
	errs.Check(c.Model != "", "model", "is empty: name the model as the server calls it")
	errs.Duration("first_byte_timeout", c.FirstByteTimeout, 0)
	errs.Duration("progress_timeout", c.ProgressTimeout, 0)
	errs.Duration("region_timeout", c.RegionTimeout, 0)
	errs.Duration("down_timeout", c.DownTimeout, 0)
	errs.Duration("check_interval", c.CheckInterval, 0)
	errs.Check(c.Attempts >= 1 && c.Attempts <= 100, "attempts", "is %d: use 1 to 100", c.Attempts)
	errs.Check(c.BusyAttempts >= 1 && c.BusyAttempts <= 1000, "busy_attempts", "is %d: use 1 to 1000", c.BusyAttempts)
	errs.Check(c.JPEGQuality >= 1 && c.JPEGQuality <= 100, "jpeg_quality", "is %d: use 1 to 100", c.JPEGQuality)
	for _, m := range []struct {
		key   string
		value int
	}{{"text", c.MaxTokens.Text}, {"table", c.MaxTokens.Table}, {"formula", c.MaxTokens.Formula}} {
		errs.Check(m.value >= 0 && m.value <= 131072, "max_tokens."+m.key, "is %d: use 1 to 131072, or 0 for the model's own", m.value)
	}
	s := c.Sampling
	errs.Check(s.Temperature == ownTemperature || s.Temperature >= 0 && s.Temperature <= 2, "sampling.temperature", "is %g: use 0 to 2, or -1 for the model's own", s.Temperature)
	errs.Check(s.TopP >= 0 && s.TopP <= 1, "sampling.top_p", "is %g: use more than 0, at most 1, or 0 for the model's own", s.TopP)
	errs.Check(s.TopK >= 0, "sampling.top_k", "is %d: use at least 1, or 0 for the model's own", s.TopK)
	errs.Check(s.RepetitionPenalty >= 0 && s.RepetitionPenalty <= 2, "sampling.repetition_penalty", "is %g: use more than 0, at most 2, or 0 for the model's own", s.RepetitionPenalty)
	errs.Check(c.LoopPenalty > 0 && c.LoopPenalty <= 2, "loop_penalty", "is %g: use more than 0, at most 2", c.LoopPenalty)
	return errs.Join()
}
