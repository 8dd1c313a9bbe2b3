package service_test

import (
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

func TestFormatsAskForWhatTheyNeed(t *testing.T) {
	for _, c := range []struct {
		format      service.Format
		asked, want document.Boxes
	}{
		{service.Format{Boxes: document.BoxesWord}, "", document.BoxesWord},
		{service.Format{Boxes: document.BoxesWord}, document.BoxesLine, document.BoxesLine},
		{service.Format{Boxes: document.BoxesWord, Words: true}, document.BoxesRegion, document.BoxesWord},
		{service.Format{}, document.BoxesRegion, document.BoxesRegion},
	} {
		var o service.Options
		o.Boxes = c.asked
		if o.Use(c.format); o.Boxes != c.want {
			t.Errorf("%+v, asked for %q: %q, want %q", c.format, c.asked, o.Boxes, c.want)
		}
	}
}
