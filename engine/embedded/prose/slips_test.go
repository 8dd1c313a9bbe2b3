package prose_test

import (
	"testing"

	"ocr-gateway/engine/embedded/prose"
)

func TestASCIIForms(t *testing.T) {
	for text, want := range map[string]string{
		"（95％ CI）": "(95% CI)", "ＡＢ：１": "AB:1", "価格：１０円": "価格：１０円", "plain": "plain",
	} {
		if got := prose.ASCIIForms(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestShortLeaders(t *testing.T) {
	for text, want := range map[string]string{
		"Preface ....... 12": "Preface … 12", "wait...": "wait...", "盛り上げる..": "盛り上げる…", "等等...": "等等…", "完。": "完。", "v1..2": "v1..2",
	} {
		if got := prose.ShortLeaders(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
