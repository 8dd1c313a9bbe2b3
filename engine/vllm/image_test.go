package vllm_test

import (
	"encoding/base64"
	"image"
	_ "image/jpeg"
	"strings"
	"testing"
)

// imageSize decodes a data URI.
func imageSize(t *testing.T, uri string) image.Point {
	t.Helper()
	_, data, _ := strings.Cut(uri, ",")
	img, _, err := image.DecodeConfig(base64.NewDecoder(base64.StdEncoding, strings.NewReader(data)))
	if err != nil {
		t.Error(err)
	}
	return image.Pt(img.Width, img.Height)
}
