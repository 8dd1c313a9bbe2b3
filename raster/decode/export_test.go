package decode

import (
	"bytes"
	"image"

	"ocr-gateway/raster/kind"
)

// EXIFOrientation reads the orientation in EXIF data.
func EXIFOrientation(data []byte) int { return int(exifOrientation(data)) }

// FindOrientation reads the orientation in an image's metadata.
func FindOrientation(k kind.Kind, data []byte) int {
	return int(findOrientation(k, bytes.NewReader(data)))
}

// WithGo decodes with the decoder in Go.
func WithGo(k kind.Kind, data []byte) (image.Image, error) { return decodeSafely(k, data) }
