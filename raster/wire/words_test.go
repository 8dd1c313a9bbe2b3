package wire_test

import (
	"slices"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster/wire"
)

func TestTooManyWordsAreNone(t *testing.T) {
	word := document.Word{Text: "a", BBox: document.BBox{0, 0, 1, 1}}
	if n, packed := wire.PackWords(slices.Repeat([]document.Word{word}, 20_000), 9, 9); n != 20_000 || len(packed) != 220_000 {
		t.Errorf("%d words in %d bytes", n, len(packed))
	}
	if n, packed := wire.PackWords(slices.Repeat([]document.Word{word}, 20_001), 9, 9); n != 0 || packed != nil {
		t.Errorf("%d words in %d bytes", n, len(packed))
	}
}

func FuzzWords(f *testing.F) {
	_, packed := wire.PackWords([]document.Word{{Text: "Größe", BBox: document.BBox{1, 2, 30, 40}}}, 100, 100)
	f.Add(packed, uint32(1))
	f.Add(packed, uint32(2))
	f.Add([]byte{}, uint32(0))
	f.Add(append(packed[:10:10], 0xff), uint32(1))
	f.Fuzz(func(t *testing.T, packed []byte, count uint32) {
		words, err := wire.UnpackWords(packed, count, 100, 100)
		if err != nil {
			return
		}
		n, again := wire.PackWords(words, 100, 100)
		if n != count || string(again) != string(packed) {
			t.Errorf("%q becomes %q", packed, again)
		}
	})
}

func FuzzDrawn(f *testing.F) {
	drawn := &document.Drawn{
		Fonts: []document.FontID{{1}, {}},
		Characters: []document.Character{
			{Font: 1, Glyph: 70000, Text: "fi", X0: 1.5, X1: 9, Baseline: 20, Size: 12, Ink: document.BBox{1, 2, 30, 40}, Upright: true, Contrast: 255, Astray: 3},
			{Text: "\ufffd"},
		},
		Strange: document.Blocks{Step: 4, Width: 25, Height: 25, Bits: make([]byte, 79)},
	}
	packed := wire.PackDrawn(drawn)
	f.Add(packed)
	f.Add(packed[:40])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, packed []byte) {
		got, err := wire.UnpackDrawn(packed, 100, 100)
		if err != nil {
			return
		}
		if again := wire.PackDrawn(got); string(again) != string(packed) {
			t.Errorf("%q becomes %q", packed, again)
		}
	})
}
