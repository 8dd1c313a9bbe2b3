package config

import (
	"io"
	"slices"
	"strings"

	"ocr-gateway/blob"
	"ocr-gateway/cache"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/files"
	"ocr-gateway/internal/otlp"
	"ocr-gateway/internal/setting"
	"ocr-gateway/jobs"
	"ocr-gateway/layout/doclayout"
	"ocr-gateway/pipeline"
	"ocr-gateway/price"
	"ocr-gateway/raster"
	"ocr-gateway/server"
	"ocr-gateway/webhook"
)

// Config is every setting of the program. The parts belong to the packages
// that they configure and are documented there and in config.yaml.
type Config struct {
	Server   server.Config   `mapstructure:"server"`
	Raster   raster.Config   `mapstructure:"raster"`
	Layout   Layout          `mapstructure:"layout"`
	Engine   Engine          `mapstructure:"engine"`
	VLLM     VLLM            `mapstructure:"vllm"`
	Pipeline pipeline.Config `mapstructure:"pipeline"`
	Cache    cache.Config    `mapstructure:"cache"`
	Jobs     jobs.Config     `mapstructure:"jobs"`
	Webhook  webhook.Config  `mapstructure:"webhook"`
	Files    files.Config    `mapstructure:"files"`
	Blob     blob.Config     `mapstructure:"blob"`
	Trace    otlp.Config     `mapstructure:"trace"`
	Prices   price.Config    `mapstructure:"prices"`
	Log      Log             `mapstructure:"log"`
}

// Engine chooses who reads the text.
type Engine struct {
	Kind     string          `mapstructure:"kind"`     // auto, vllm or embedded
	Fallback string          `mapstructure:"fallback"` // embedded, or empty for none
	Embedded embedded.Config `mapstructure:"embedded"`
}

// The engine kinds.
const (
	EngineAuto     = "auto" // vllm where there are endpoints, else embedded
	EngineVLLM     = "vllm"
	EngineEmbedded = "embedded"
)

// Layout says whether and how pages are split into regions.
type Layout struct {
	Enabled          bool `mapstructure:"enabled"` // where the request does not say
	doclayout.Config `mapstructure:",squash"`
}

// VLLM is the model servers. Without endpoints it is not in use.
type VLLM struct {
	vllm.Config `mapstructure:",squash"`
}

// Log says what is written to standard error, and how.
type Log struct {
	Level  string `mapstructure:"level"`  // debug, info, warn or error
	Format string `mapstructure:"format"` // auto, text or json
}

// The log formats.
const (
	LogAuto = "auto" // text for a terminal, JSON otherwise
	LogText = "text"
	LogJSON = "json"
)

// Default is what config.yaml shows.
func Default() Config {
	return Config{
		Server:   server.DefaultConfig(),
		Raster:   raster.DefaultConfig(),
		Layout:   Layout{Enabled: true, Config: doclayout.DefaultConfig()},
		Engine:   Engine{Kind: EngineAuto, Embedded: embedded.DefaultConfig()},
		VLLM:     VLLM{vllm.DefaultConfig()},
		Pipeline: pipeline.DefaultConfig(),
		Cache:    cache.DefaultConfig(),
		Jobs:     jobs.DefaultConfig(),
		Webhook:  webhook.DefaultConfig(),
		Files:    files.DefaultConfig(),
		Blob:     blob.DefaultConfig(),
		Trace:    otlp.DefaultConfig(),
		Prices:   price.DefaultConfig(),
		Log:      Log{Level: "info", Format: LogAuto},
	}
}

// Validate reports what sections ask of each other. Each section reports its own
// faults.
func (c Config) Validate() error {
	if c.Jobs.Enabled && !c.Jobs.NATS.Embedded() && c.Blob.Dir == "" && c.Blob.S3.Bucket == "" {
		return setting.Errorf("jobs.nats.urls", "has a cluster, and files of jobs are kept nowhere that all can reach: set blob.s3.bucket, or blob.dir to a folder that they share")
	}
	if c.Engine.Kind == EngineVLLM && len(c.VLLM.Endpoints) == 0 {
		return setting.Errorf("engine.kind", "is vllm, and no model server is set: list them under vllm.endpoints, "+
			"or give --vllm-endpoint URL or OCR_VLLM_ENDPOINTS=URL,URL")
	}
	return nil
}

// Validate reports every value that cannot be used.
func (e Engine) Validate() error {
	var errs setting.Errors
	checkOneOf(&errs, "kind", e.Kind, EngineAuto, EngineVLLM, EngineEmbedded)
	errs.Check(e.Fallback == "" || e.Fallback == EngineEmbedded, "fallback", "is %q: use %s, or leave it empty", clip(e.Fallback), EngineEmbedded)
	return errs.Join()
}

// Validate reports every value that cannot be used, where there are endpoints.
func (v VLLM) Validate() error {
	if len(v.Endpoints) == 0 {
		return nil
	}
	return v.Config.Validate()
}

// Validate reports every value that cannot be used.
func (l Log) Validate() error {
	var errs setting.Errors
	checkOneOf(&errs, "level", l.Level, "debug", "info", "warn", "error")
	checkOneOf(&errs, "format", l.Format, LogAuto, LogText, LogJSON)
	return errs.Join()
}

func checkOneOf(errs *setting.Errors, key, value string, allowed ...string) {
	errs.Check(slices.Contains(allowed, value), key, "is %q: use one of %s", clip(value), strings.Join(allowed, ", "))
}

// Print writes the settings as YAML with secrets masked.
func (c Config) Print(w io.Writer) error { return Print(w, c) }
