package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ocr-gateway/internal/config"
	"ocr-gateway/internal/correlation"
)

// settings are the flags that every command with a pipeline has.
type settings struct {
	file      string
	defaults  config.Config
	overrides map[string]func() any // setting's key -> value of its flag
}

func addSettings(cmd *cobra.Command) *settings {
	s := &settings{defaults: config.Default(), overrides: map[string]func() any{}}
	cmd.Flags().StringVar(&s.file, "config", os.Getenv(config.EnvFile), "settings file (YAML); OCR_… variables and flags override it")
	s.string(cmd, "engine", "engine.kind", "auto, embedded or vllm")
	s.strings(cmd, "vllm-endpoint", "vllm.endpoints", "`URL` of a model server; repeat it for several")
	s.string(cmd, "models", "engine.embedded.dir", "folder of the embedded engine's models and library")
	s.string(cmd, "log-level", "log.level", "debug, info, warn or error")
	return s
}

// addEngineSettings are the flags of a command that may read with the embedded engine.
func addEngineSettings(cmd *cobra.Command) *settings {
	s := &settings{defaults: config.Default(), overrides: map[string]func() any{}}
	cmd.Flags().StringVar(&s.file, "config", os.Getenv(config.EnvFile), "settings file (YAML) for --engine")
	s.string(cmd, "engine", "engine.kind", "embedded: measure it in this process, by stage, instead of a server")
	s.string(cmd, "models", "engine.embedded.dir", "folder of the embedded engine's models and library")
	return s
}

// string adds a flag that overrides the setting of the given key when used.
func (s *settings) string(cmd *cobra.Command, flag, key, usage string) {
	override(s, cmd, flag, key, cmd.Flags().String(flag, "", usage+" (setting "+key+")"))
}

func (s *settings) int(cmd *cobra.Command, flag, key, usage string) {
	override(s, cmd, flag, key, cmd.Flags().Int(flag, 0, usage+" (setting "+key+")"))
}

func (s *settings) bool(cmd *cobra.Command, flag, key, usage string) {
	override(s, cmd, flag, key, cmd.Flags().Bool(flag, false, usage+" (setting "+key+")"))
}

// strings adds a flag that is repeated, once for each element of a list.
func (s *settings) strings(cmd *cobra.Command, flag, key, usage string) {
	override(s, cmd, flag, key, cmd.Flags().StringArray(flag, nil, usage+" (setting "+key+")"))
}

// override puts the value of a flag over the setting of the given key when it is used.
func override[T any](s *settings, cmd *cobra.Command, flag, key string, value *T) {
	s.overrides[key] = func() any {
		if !cmd.Flags().Changed(flag) {
			return nil
		}
		return *value
	}
}

// load reads defaults, file, environment and flags into one tree.
func (s *settings) load() (config.Config, error) {
	flags := map[string]any{}
	for key, value := range s.overrides {
		if v := value(); v != nil {
			flags[key] = v
		}
	}
	return config.Load(s.defaults, config.Options{File: s.file, Environ: os.Environ(), Overrides: flags})
}

// newLogger writes to stderr: colored for a person, JSON for a machine. The level may be changed.
func newLogger(cfg config.Log) (*slog.Logger, *slog.LevelVar, error) {
	level := new(slog.LevelVar)
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		return nil, nil, fmt.Errorf("log.level: %q is not debug, info, warn or error", cfg.Level)
	}
	format := cfg.Format
	if format == "auto" {
		format = "json"
		if term.IsTerminal(int(os.Stderr.Fd())) {
			format = "text"
		}
	}
	var lines slog.Handler = slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})
	if format == "text" {
		lines = tint.NewTextHandler(os.Stderr, &tint.Options{Level: level, NoColor: !term.IsTerminal(int(os.Stderr.Fd()))})
	}
	return slog.New(correlation.Handler(lines)), level, nil
}
