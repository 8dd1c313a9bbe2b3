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
