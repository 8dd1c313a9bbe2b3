package app

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/words"
	"ocr-gateway/pipeline"
	"ocr-gateway/textlayer"
)

// ledger hands a ledger of glyphs to the pipeline in its own terms.
type ledger struct{ *textlayer.Ledger }

func newLedger(scripts []string) pipeline.Ledger { return ledger{textlayer.New(scripts...)} }

// Look is the ledger's; a page of which nothing is known has no view.
func (l ledger) Look(page *document.Page) pipeline.View {
	if view := l.Ledger.Look(page); view != nil {
		return view
	}
	return nil
}

// ownText makes lines of a PDF's own text the content of their region, and gives it their words
// where those are asked for.
func ownText(page *document.Page, region *document.Region, lines []document.LayerLine, opts document.Options) {
	placed := opts.Boxes == document.BoxesWord
	region.Lines = make([]document.Line, len(lines))
	for i := range lines {
		l := &region.Lines[i]
		*l = lines[i].Line
		l.Text = strings.TrimSpace(prose.ShortLeaders(proofread.PlainLetters(l.Text)))
		if placed {
			l.Marks = document.MarksOf(lines[i].Characters, l.BBox)
		}
	}
	region.Content, region.Format = prose.Write(*region, opts.Task)
	if placed {
		region.Words = words.Of(pixels.Of(page.Image), region.Lines)
	}
}
