package app

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/pipeline"
	"ocr-gateway/textlayer"
)

// ledger hands a ledger of glyphs to the pipeline in its own terms.
type ledger struct{ *textlayer.Ledger }

func newLedger() pipeline.Ledger { return ledger{textlayer.New()} }

// Look is the ledger's; a page of which nothing is known has no view.
func (l ledger) Look(page *document.Page) pipeline.View {
	if view := l.Ledger.Look(page); view != nil {
		return view
	}
	return nil
}

// ownText writes lines of a PDF's own text as the content of their region.
func ownText(region document.Region, task document.Task) (string, document.ContentFormat) {
	for i := range region.Lines {
		l := &region.Lines[i]
		l.Text = strings.TrimSpace(prose.ShortLeaders(proofread.PlainLetters(l.Text)))
	}
	return prose.Write(region, task)
}
