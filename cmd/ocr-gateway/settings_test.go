package main

import (
	"testing"

	"github.com/spf13/cobra"
)

// TestDefaultsOfACommandGiveWay: what a command is quieter by than others, an operator can set as for all.
func TestDefaultsOfACommandGiveWay(t *testing.T) {
	level := func() string {
		s := addSettings(&cobra.Command{})
		s.defaults.Log.Level = "error"
		cfg, err := s.load()
		if err != nil {
			t.Fatal(err)
		}
		return cfg.Log.Level
	}
	if got := level(); got != "error" {
		t.Errorf("by default: %s", got)
	}
	t.Setenv("OCR_LOG_LEVEL", "debug")
	if got := level(); got != "debug" {
		t.Errorf("with a variable: %s", got)
	}
}
