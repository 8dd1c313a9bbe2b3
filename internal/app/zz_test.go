package app_test

import (
	"fmt"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/textlayer/attack"
)

func TestZZ(t *testing.T) {
	s := newSight(t)
	fake := enginetest.NewFake(enginetest.Config{Answer: s.answer})
	a := program(t, fake, nil)
	for _, doc := range []attack.Document{attack.Make("clean", 3), attack.Manual(80, 1)} {
		start := time.Now()
		s.show(t, doc.PDF, inBands, func(p *document.Page, box document.BBox) string {
			if doc.Kind == "clean" {
				return truth(doc)(p, box)
			}
			text := ""
			last := 0
			for _, w := range p.Words {
				y := (w.BBox[1] + w.BBox[3]) / 2
				x := (w.BBox[0] + w.BBox[2]) / 2
				if y >= box[1] && y < box[3] && x >= box[0] && x < box[2] {
					if text != "" {
						text += " "
					}
					_ = last
					text += w.Text
				}
			}
			return text
		})
		fmt.Println("shown", time.Since(start))
		before := fake.Counts().Requests
		start = time.Now()
		result := read(t, a, doc.PDF, map[string]string{"text_layer": "verified"})
		fmt.Println("read", time.Since(start), fake.Counts().Requests-before, result.Summary.Regions, *result.Summary.TextLayer)
		for _, p := range result.Pages {
			fmt.Print(p.TextLayer.Regions, "/", len(p.Regions), " ")
			if p.Number == len(result.Pages) {
				fmt.Println()
				for _, r := range p.Regions {
					fmt.Printf("%s %q\n", r.Source, r.Content)
				}
			}
		}
		fmt.Println()
	}
}
