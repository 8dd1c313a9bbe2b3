package pipeline

import (
	"context"
	"crypto/sha256"
	"sync"

	"ocr-gateway/document"
)

// Ledger judges which text of a document's own can be believed, by what it has learned of
// that document. It is for one page at a time.
type Ledger interface {
	// Judge says what of page's text is believed, and has lines read to learn; nil means
	// that the page is to be read as a whole. What it says depends on nothing but the page
	// and those judged or repeated before.
	Judge(ctx context.Context, page *document.Page, read func(context.Context, []document.Line) ([]document.Line, error)) (*document.Layer, error)
	// State names what it knows, and Lessons what the page judged last has taught it.
	State() [sha256.Size]byte
	Lessons() []byte
	// Repeat teaches it the lessons of an equal page, judged in the same state.
	Repeat(lessons []byte) error
}

// LineReader is a Recognizer that reads single lines, and finds and reads only what
// Page.Layer leaves to it.
type LineReader interface {
	// ReadAt returns the lines in the same order, with Text and Confidence where it could.
	ReadAt(ctx context.Context, page *document.Page, lines []document.Line) ([]document.Line, error)
}

// turn is a page's place in the order in which the pages of a document are judged: that
// of their numbers, whichever is drawn or read first.
type turn struct {
	before  <-chan struct{} // closed when the page before has been judged, or will not be
	passed  chan struct{}
	once    sync.Once
	lessons []byte // what this page has taught
}

// nextTurn is the turn of the page that is rendered next. Only render calls it.
func (r *run) nextTurn() *turn {
	t := &turn{before: r.lastTurn, passed: make(chan struct{})}
	r.lastTurn = t.passed
	return t
}

// wait waits for the page's turn.
func (t *turn) wait(ctx context.Context) error {
	if t.before == nil {
		return ctx.Err()
	}
	select {
	case <-t.before:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pass gives the next page its turn. It may be called again.
func (t *turn) pass() { t.once.Do(func() { close(t.passed) }) }

// judges reports whether the text of pages that by reads is judged.
func (r *run) judges(by *backend) bool {
	_, can := by.Recognizer.(LineReader)
	return can && r.ledger != nil
}

// judge sets page.Layer if by can make use of it. It is the page's turn, which is passed on.
func (r *run) judge(ctx context.Context, by *backend, page *document.Page, t *turn) (err error) {
	defer t.pass()
	if !r.judges(by) || page.Drawn == nil {
		return nil
	}
	defer recovered(&err)
	reader := by.Recognizer.(LineReader)
	page.Layer, err = r.ledger.Judge(ctx, page, func(ctx context.Context, lines []document.Line) ([]document.Line, error) {
		return reader.ReadAt(ctx, page, lines)
	})
	t.lessons = r.ledger.Lessons()
	page.Drawn = nil
	return err
}

// sourceOf says where a content comes from: engines that ask a model need not say so.
func sourceOf(got document.Recognition) document.TextSource {
	if got.Source == "" && got.Usage.Attempts > 0 {
		return document.SourceModel
	}
	return got.Source
}
