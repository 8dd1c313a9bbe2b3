package model

import "math"

// Image is how a model's processor sees images. A larger one is scaled down before it is sent: the server
// would do the same, after a longer upload.
type Image struct {
	TokenSide   int // pixels of a token's side: a patch's, times how many are merged
	MaxTokens   int
	LongestSide int // pixels; 0 means any
	// MaxAspect is the ratio of sides up to which images are sent unchanged; others are padded.
	MaxAspect int
}

// Tokens is how many tokens the processor makes of an image before it scales down one that is too large: each
// side is rounded to whole tokens.
func (m Image) Tokens(w, h int) int {
	side := func(n int) int { return max(1, int(math.RoundToEven(float64(n)/float64(m.TokenSide)))) }
	return side(w) * side(h)
}

// Fit returns the largest size of the same shape that costs at most limit tokens and has no side that is too
// long; w and h themselves if they fit.
func (m Image) Fit(w, h, limit int) (int, int) {
	if long := max(w, h); m.LongestSide > 0 && long > m.LongestSide {
		w, h = scaled(w, m.LongestSide, long), scaled(h, m.LongestSide, long)
	}
	if m.Tokens(w, h) <= limit {
		return w, h
	}
	scale := min(1, math.Sqrt(float64(limit*m.TokenSide*m.TokenSide)/(float64(w)*float64(h))))
	for {
		fw, fh := max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
		if m.Tokens(fw, fh) <= limit || fw == 1 && fh == 1 {
			return fw, fh
		}
		scale *= 0.995 // rounding to whole tokens went over
	}
}

func scaled(n, to, from int) int { return max(1, (n*to+from/2)/from) }
