package pipeline

import (
	"crypto/sha256"
	"image"
)

// HashPixels is what a benchmark measures.
func HashPixels(img image.Image) (sum [sha256.Size]byte, ok bool) { return hashPixels(img) }
