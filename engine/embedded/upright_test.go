package embedded

import (
	"testing"

	"ocr-gateway/document"
)

func TestTurnWords(t *testing.T) {
	word := []document.Word{{BBox: document.BBox{10, 20, 40, 30}}}
	for degrees, want := range map[int]document.BBox{90: {170, 10, 180, 40}, 180: {60, 170, 90, 180}, 270: {20, 60, 30, 90}} {
		if got := turnWords(word, 100, 200, degrees)[0].BBox; got != want {
			t.Errorf("%d degrees: %v, want %v", degrees, got, want)
		}
	}
}
