package pipeline_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// scribe is a ledger that notes which pages it was shown, in which order, and knows them.
type scribe struct {
	mu    sync.Mutex
	notes string
	last  string
}

func (s *scribe) Judge(ctx context.Context, page *document.Page, read func(context.Context, []document.Line) ([]document.Line, error)) (*document.Layer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines, err := read(ctx, []document.Line{{Text: "?"}})
	if err != nil {
		return nil, err
	}
	s.last = fmt.Sprintf("%d%s ", page.Number, lines[0].Text)
	s.notes += s.last
	return &document.Layer{Counts: document.LayerCounts{Verified: 1}}, nil
}

func (s *scribe) State() [sha256.Size]byte          { return sha256.Sum256([]byte(s.notes)) }
func (s *scribe) Lessons() []byte                   { return []byte(s.last) }
func (s *scribe) Look(*document.Page) pipeline.View { return nil }
func (s *scribe) Learn([]byte) error                { return nil }
func (s *scribe) Repeat(lessons []byte) error {
	s.notes += string(lessons)
	return nil
}

// clerk is a mind that reads lines, the later pages first where it can.
type clerk struct{ mind }

func (clerk) ReadAt(_ context.Context, _ *document.Page, lines []document.Line) ([]document.Line, error) {
	return []document.Line{{Text: "!"}}, nil
}

func drawn() document.Page {
	page := noisy()
	page.Drawn = &document.Drawn{}
	return page
}

func layered(store pipeline.Cache, r *reader, ledgers *[]*scribe) *pipeline.Pipeline {
	write := func(*document.PageResult, document.Options) string { return "" }
	return pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: sheets{12, drawn}, Main: pipeline.Backend{Detector: eye{r}, Recognizer: clerk{mind{r}}},
		Text: write, Markdown: write, Cache: store,
		Ledger: func([]string) pipeline.Ledger {
			s := &scribe{}
			*ledgers = append(*ledgers, s)
			return s
		},
	}, slog.New(slog.DiscardHandler))
}

const inOrder = "1! 2! 3! 4! 5! 6! 7! 8! 9! 10! 11! 12! "

// TestPagesAreJudgedInTheirOrder wants the ledger of a document to see its pages by their
// numbers, however many are in work, and only where that was asked for.
func TestPagesAreJudgedInTheirOrder(t *testing.T) {
	var ledgers []*scribe
	p := layered(nil, newReader(), &ledgers)
	readPages(t, p, document.Options{})
	if len(ledgers) != 0 {
		t.Error("a ledger that nobody asked for")
	}
	result, pages := readPages(t, p, document.Options{TextLayer: document.TextLayerVerified})
	if len(ledgers) != 1 || ledgers[0].notes != inOrder {
		t.Errorf("judged %q", ledgers[0].notes)
	}
	if result.Summary.TextLayer == nil || result.Summary.TextLayer.Verified != 12 || pages[3].TextLayer.Verified != 1 {
		t.Errorf("counted %+v", result.Summary.TextLayer)
	}
}

// TestLessonsOfCachedPagesAreRepeated wants a ledger to know as much when pages come from the
// cache as when they are judged.
func TestLessonsOfCachedPagesAreRepeated(t *testing.T) {
	var ledgers []*scribe
	r := newReader()
	p := layered(&memoryCache{}, r, &ledgers)
	opts := document.Options{TextLayer: document.TextLayerVerified}
	_, first := readPages(t, p, opts)
	calls := r.calls.Load()
	_, second := readPages(t, p, opts)
	if len(ledgers) != 2 || ledgers[0].notes != inOrder || ledgers[1].notes != inOrder {
		t.Errorf("judged %q, then %q", ledgers[0].notes, ledgers[1].notes)
	}
	if r.calls.Load() != calls || !second[12].Cached {
		t.Error("pages were read again")
	}
	if *first[5].TextLayer != *second[5].TextLayer {
		t.Errorf("counted %+v, then %+v", first[5].TextLayer, second[5].TextLayer)
	}
}

// faulty is a ledger that breaks where it is asked to.
type faulty struct {
	scribe
	look, passages, lessons bool
}

func (f *faulty) Look(*document.Page) pipeline.View {
	if f.look {
		panic("look")
	}
	return f
}

func (f *faulty) Passages(boxes []document.BBox) []document.Passage {
	if f.passages {
		panic("passages")
	}
	return make([]document.Passage, len(boxes))
}

func (f *faulty) Lessons([]string) []byte {
	if f.lessons {
		panic("lessons")
	}
	return nil
}

// answering is a ledger whose Lessons are those of a View.
type answering struct{ *faulty }

func (answering) Lessons() []byte { return nil }
func (a answering) Look(page *document.Page) pipeline.View {
	return a.faulty.Look(page)
}

// TestDefectsOfALedgerCostNoPage wants pages to be read as without a ledger where it breaks.
func TestDefectsOfALedgerCostNoPage(t *testing.T) {
	write := func(*document.PageResult, document.Options) string { return "" }
	for name, broken := range map[string]*faulty{"no": {}, "look": {look: true}, "passages": {passages: true}, "lessons": {lessons: true}} {
		p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
			Raster: sheets{12, drawn}, Text: write, Markdown: write,
			Main:   pipeline.Backend{Detector: eye{newReader()}, Recognizer: mind{newReader()}, Prose: func(*document.Page, *document.Region, []document.LayerLine, document.Options) {}},
			Ledger: func([]string) pipeline.Ledger { return answering{broken} },
		}, slog.New(slog.DiscardHandler))
		result, pages := readPages(t, p, document.Options{TextLayer: document.TextLayerVerified})
		if result.Status != document.StatusOK || len(pages) != 12 {
			t.Errorf("%s: %s, %d pages", name, result.Status, len(pages))
		}
	}
}
