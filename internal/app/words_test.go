package app

import (
	"flag"
	"fmt"
	"image"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/config"
	"ocr-gateway/raster/rastertest"
	"ocr-gateway/service"
)

// embeddedApp is the program with the embedded engine.
func embeddedApp(t *testing.T) *App {
	t.Helper()
	cfg := config.Default()
	cfg.Engine.Kind = config.EngineEmbedded
	cfg.Engine.Embedded.Dir = filepath.Join("..", "..", "models")
	a, err := New(cfg, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

const fewLines = 10

// lines is how many lines the generated pages have: few are told as well as many.
var lines = flag.Int("lines", fewLines, "lines of the generated pages of TestWordBoxes")

// TestWordBoxes: words of generated pages are found where the PDF draws them. It prints how
// well.
func TestWordBoxes(t *testing.T) {
	a := embeddedApp(t)
	for _, layer := range document.TextLayers {
		all := overlap{}
		for name, pdf := range generatedPages(*lines) {
			if layer == document.TextLayerVerified && *lines == fewLines && name != "courier at 11" && name != "skewed" {
				continue // those are alike
			}
			t.Run(string(layer)+"/"+name, func(t *testing.T) {
				opts := service.Options{Options: document.Options{Task: document.TaskDocument, Layout: true, Boxes: document.BoxesWord, TextLayer: layer}}
				got, err := a.Service.Read(t.Context(), document.NewSource(name, pdf), opts, nil)
				if err != nil {
					t.Fatal(err)
				}
				page, words := drawnPage(t, a, pdf)
				page.Release()
				one := compare(words, got.Pages[0])
				t.Log(one)
				all.add(one)
			})
		}
		if all.words == 0 {
			continue // -run asks for others
		}
		t.Logf("text_layer=%s: all pages: %v", layer, all)
		if all.recall() < .95 || all.iou() < .7 {
			t.Errorf("text_layer=%s: recall %.3f, want .95; mean IoU %.3f, want .7", layer, all.recall(), all.iou())
		}
	}
}

// generatedPages are pages of running text in several fonts, sizes and directions, of so
// many lines.
func generatedPages(lines int) map[string][]byte {
	return map[string][]byte{
		"helvetica at 8":  pageOfText("F1", 8, lines, "", ""),
		"helvetica at 16": pageOfText("F1", 16, lines, "", ""),
		"times at 11":     pageOfText("F2", 11, lines, "", ""),
		"courier at 11":   pageOfText("F3", 11, lines, "", ""),
		"turned":          pageOfText("F1", 11, lines, "/Rotate 90", ""),
		"skewed":          pageOfText("F2", 12, lines, "", ".9994 .0349 -.0349 .9994 10 -10 cm"),
		"rulings":         pageOfText("F1", 11, lines, "", "0.5 w 72 760 m 520 760 l 72 744 m 520 744 l S"),
	}
}

// pageOfText is a page of lines of words, at most as many as fit.
func pageOfText(font string, size float64, lines int, keys, before string) []byte {
	words := strings.Fields("the harbour committee met on Tuesday 14 March 2023 to discuss repairs, dredging (phase 2) and a budget of 1,250.75 pounds; Mrs Quayle's report was read: \"no damage\" I saw it fill")
	random := rand.New(rand.NewPCG(uint64(size), uint64(len(font+keys+before))))
	var b strings.Builder
	fmt.Fprintf(&b, "q %s BT /%s %g Tf %g TL 72 764 Td\n", before, font, size, 1.4*size)
	for range min(lines, int(680/size/1.4)) {
		var line []string
		for n := 0; n < int(76*8/size*.85); {
			w := words[random.IntN(len(words))]
			line = append(line, w)
			n += len(w) + 1
		}
		text := strings.NewReplacer("(", `\(`, ")", `\)`).Replace(strings.Join(line, " "))
		fmt.Fprintf(&b, "(%s) Tj T*\n", text)
	}
	b.WriteString("ET Q")
	pdf := rastertest.NewPDF()
	pdf.Page("/MediaBox[0 0 595 842]"+keys, "", b.String())
	return pdf.Bytes("")
}

// drawnPage is the first page of a PDF, and its words as they are drawn, which the page then
// does not tell.
func drawnPage(t *testing.T, a *App, pdf []byte) (*document.Page, []document.Word) {
	t.Helper()
	pages, err := a.raster.Open(t.Context(), document.NewSource("", pdf), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	for page, err := range pages.Seq {
		if err != nil {
			t.Fatal(err)
		}
		words := page.Words
		page.Words = nil
		return page, words
	}
	t.Fatal("no page")
	return nil, nil
}

// overlap sums up how well boxes fit: the intersection of two over their union.
type overlap struct {
	words, found int
	sum          float64
}

func (o *overlap) add(p overlap) {
	o.words, o.found, o.sum = o.words+p.words, o.found+p.found, o.sum+p.sum
}

// recall is the share of the words that have a box over half of theirs, and iou the mean
// over those.
func (o overlap) recall() float64 { return float64(o.found) / float64(o.words) }
func (o overlap) iou() float64    { return o.sum / float64(max(o.found, 1)) }

func (o overlap) String() string {
	return fmt.Sprintf("%d words, recall %.3f, mean IoU %.3f", o.words, o.recall(), o.iou())
}

func compare(drawn []document.Word, page document.PageResult) (o overlap) {
	for _, w := range drawn {
		best := 0.0
		box := turned(w.BBox, page)
		for _, r := range page.Regions {
			for _, g := range r.Words {
				best = max(best, iou(box, g.BBox.Rect()))
			}
		}
		o.words++
		if best >= .5 {
			o.found++
			o.sum += best
		}
	}
	return o
}

// turned is a box of a page as it was drawn on the page as it was read.
func turned(b document.BBox, page document.PageResult) image.Rectangle {
	w, h := page.Width, page.Height
	switch page.Rotation {
	case 90:
		return image.Rect(w-b[3], b[0], w-b[1], b[2])
	case 180:
		return image.Rect(w-b[2], h-b[3], w-b[0], h-b[1])
	case 270:
		return image.Rect(b[1], h-b[2], b[3], h-b[0])
	}
	return b.Rect()
}

func iou(a, b image.Rectangle) float64 {
	in := a.Intersect(b)
	common := float64(in.Dx() * in.Dy())
	return common / (float64(a.Dx()*a.Dy()+b.Dx()*b.Dy()) - common)
}
