package pipeline

import (
	"crypto/sha256"
	"image"

	"ocr-gateway/document"
)

// HashPixels and HashText are what benchmarks measure.
func HashPixels(img image.Image) (sum [sha256.Size]byte, ok bool) { return hashPixels(img) }

func HashText(words []document.Word, drawn *document.Drawn) [sha256.Size]byte {
	return hashText(words, drawn)
}

// Unused is the processor time that no page had a part of.
func (p *Pipeline) Unused() float64 { return p.processor.pages.Unused() }
