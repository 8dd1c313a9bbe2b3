package kind_test

import (
	"strings"
	"testing"

	"ocr-gateway/raster/kind"
)

func FuzzSniff(f *testing.F) {
	for _, seed := range []string{"", "BM", "%PDF-", "PK\x03\x04", "\x00\x00\x00\x18ftypheic", "RIFF....WEBP"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		k, _ := kind.Sniff(head)
		if strings.Contains(string(head[:min(len(head), 1024)]), "%PDF-") && k == kind.Unknown {
			t.Error("PDF not recognized")
		}
	})
}
