package model_test

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"ocr-gateway/model"
)

func TestFitKeepsShapeAndLimit(t *testing.T) {
	rule := model.Image{TokenSide: 28, MaxTokens: 6144}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		w, h, limit := 1+random.IntN(9000), 1+random.IntN(9000), 1+random.IntN(rule.MaxTokens)
		fw, fh := rule.Fit(w, h, limit)
		if fw < 1 || fh < 1 || fw > w || fh > h {
			t.Fatalf("%dx%d within %d tokens became %dx%d", w, h, limit, fw, fh)
		}
		if n := rule.Tokens(fw, fh); n > limit && (fw > 1 || fh > 1) {
			t.Fatalf("%dx%d within %d tokens became %dx%d of %d tokens", w, h, limit, fw, fh, n)
		}
		if rule.Tokens(w, h) <= limit && (fw != w || fh != h) {
			t.Fatalf("%dx%d was resized though it costs %d of %d tokens", w, h, rule.Tokens(w, h), limit)
		}
	}
	if n := rule.Tokens(1654, 2339); n != 4956 {
		t.Errorf("an A4 page at 200 dpi costs %d tokens, want 4956", n)
	}
	if n := rule.Tokens(1700, 2200); n != 4819 {
		t.Errorf("a letter page at 200 dpi costs %d tokens, want 4819", n)
	}
}

func TestFitBoundsTheLongestSide(t *testing.T) {
	rule := model.Image{TokenSide: 28, MaxTokens: 3025, LongestSide: 1540}
	for _, c := range []struct{ w, h, wantW, wantH int }{
		{1654, 2339, 1089, 1540},
		{2339, 1654, 1540, 1089},
		{1540, 1540, 1540, 1540},
		{800, 600, 800, 600},
		{1, 100_000, 1, 1540},
	} {
		if w, h := rule.Fit(c.w, c.h, rule.MaxTokens); w != c.wantW || h != c.wantH {
			t.Errorf("%dx%d became %dx%d, want %dx%d", c.w, c.h, w, h, c.wantW, c.wantH)
		}
	}
}

func TestEscape(t *testing.T) {
	tokens := regexp.MustCompile(`<[a-z]+>`)
	if got, want := model.Escape(tokens, "a<b>c <d"), "a< b>c <d"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
