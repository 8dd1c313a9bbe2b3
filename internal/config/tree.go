package config

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ocr-gateway/engine/embedded"
	"ocr-gateway/pipeline"
	"ocr-gateway/raster"
	"ocr-gateway/server"
)

// Config is every setting of the program. The parts belong to the packages
// that they configure and are documented there and in config.yaml.
type Config struct {
	Server   server.Config   `mapstructure:"server"`
	Raster   raster.Config   `mapstructure:"raster"`
	Engine   Engine          `mapstructure:"engine"`
	Pipeline pipeline.Config `mapstructure:"pipeline"`
	Log      Log             `mapstructure:"log"`
}

// Engine chooses who reads the text.
type Engine struct {
	Kind     string          `mapstructure:"kind"` // auto or embedded
	Embedded embedded.Config `mapstructure:"embedded"`
}

// The engine kinds.
const (
	EngineAuto     = "auto" // the best that is configured
	EngineEmbedded = "embedded"
)

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
		Engine:   Engine{Kind: EngineAuto, Embedded: embedded.DefaultConfig()},
		Pipeline: pipeline.DefaultConfig(),
		Log:      Log{Level: "info", Format: LogAuto},
	}
}

// Validate reports every value that cannot be used.
func (e Engine) Validate() error {
	return errors.Join(oneOf("engine.kind", e.Kind, EngineAuto, EngineEmbedded), e.Embedded.Validate())
}

// Validate reports every value that cannot be used.
func (l Log) Validate() error {
	return errors.Join(
		oneOf("log.level", l.Level, "debug", "info", "warn", "error"),
		oneOf("log.format", l.Format, LogAuto, LogText, LogJSON))
}

func oneOf(name, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s is %q: use one of %s", name, clip(value), strings.Join(allowed, ", "))
}

// Print writes the settings as YAML with secrets masked.
func (c Config) Print(w io.Writer) error { return Print(w, c) }
