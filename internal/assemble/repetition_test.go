package assemble_test

import (
	"testing"

	"ocr-gateway/internal/assemble"
)

// TestLoopsAreFound compares with the definition: a stretch of ten copies or more
// of a unit of ten characters or more that is not part of a longer one.
func TestLoopsAreFound(t *testing.T) {
	for seed := range uint32(60) {
		text := []byte(noise(700, seed))
		unit := 1 + int(seed)%33
		start := int(seed*37) % 300
		length := min(unit*(9+int(seed)%5), len(text)-start)
		for i := unit; i < length; i++ {
			text[start+i] = text[start+i-unit]
		}
		found := assemble.FindLoops(string(text))
		for period := 1; period <= len(text)/10; period++ {
			unit := (9 + period) / period * period
			for from := 0; from+period < len(text); from++ {
				end := from + period
				for end < len(text) && text[end] == text[end-period] {
					end++
				}
				if end-from < 10*unit {
					continue
				}
				covered := false
				for _, l := range found {
					covered = covered || l[0] <= from && end <= l[1]
				}
				if !covered {
					t.Fatalf("seed %d: no loop for %d..%d of period %d in %v", seed, from, end, period, found)
				}
				from = end
			}
		}
		for _, l := range found {
			for i := l[0]; i+l[2] < l[1]; i++ {
				if text[i] != text[i+l[2]] {
					t.Fatalf("seed %d: %v does not repeat", seed, l)
				}
			}
		}
	}
}

// noise is n characters of four kinds that follow no pattern.
func noise(n int, seed uint32) string {
	b := make([]byte, n)
	for i := range b {
		seed = seed*1664525 + 1013904223 // Numerical Recipes' generator
		b[i] = "abcd"[seed>>24&3]
	}
	return string(b)
}
