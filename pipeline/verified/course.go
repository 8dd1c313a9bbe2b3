// Package verified uses the text of a document's pages where it can be trusted, going by what a
// model's answers about other pages have taught. Which pages those are depends only on the order
// of the pages (course.go); what of a page need not be asked, and what its answers teach, is in
// page.go; correcting digits in tables in digits.go.
package verified

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"

	"ocr-gateway/document"
)

// Ledger judges which parts of a document's own text can be believed, by what it has learned of
// that document. It serves one page at a time.
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

	// Look says what is known of page's text without having anything read; nil means that
	// nothing can be. It depends on nothing but the page and what was learned before.
	Look(page *document.Page) View
	// Learn takes the Lessons of a View.
	Learn(lessons []byte) error
}

// View is what a ledger knew of a page when it looked.
type View interface {
	// Passages are the parts of the page's text in boxes. It is called once.
	Passages(boxes []document.BBox) []document.Passage
	// Lessons is what answers about these boxes teach, in their order; empty for none.
	Lessons(answers []string) []byte
}

// How many of the pages before it a page does not know of. This depends on its number alone, so
// that no setting and no load changes what is read.
const (
	first    = 3  // pages that wait for none: a short document takes no longer, and one page teaches little
	leastLag = 4  // pages in work keep some fifty slots busy, while most of their regions are asked about
	lagShare = 4  // one page of so many before it need not have taught: the pages in work grow by a third a round
	mostLag  = 64 // of one region each keep 64 slots busy
)

// known is how many pages must have taught the ledger before page n, from 1, is judged by it.
func known(n int) int {
	if n <= first {
		return 0
	}
	return max(first, n-min(max(n/lagShare, leastLag), mostLag))
}

// Course leads a document's pages through its ledger, in order.
type Course struct {
	ledger Ledger // is owned by the page whose turn it is

	mu    sync.Mutex
	ahead []*Turn // those that have not taught the ledger yet, in order
	count int     // pages so far
	now   int     // the page whose turn it is
}

// NewCourse begins a document with a ledger that knows nothing; nil where no text is taken from it.
func NewCourse(ledger Ledger) *Course { return &Course{ledger: ledger, now: 1} }

// Turn is a page's place in its course. It must End; its other methods are for one goroutine.
type Turn struct {
	course *Course
	number int           // from 1
	mine   chan struct{} // closed when the page before has had its turn
	ended  chan struct{} // closed when lessons are there
	passed bool          // this and over are the course's
	over   bool

	looked  bool
	view    View
	state   [sha256.Size]byte
	lessons []byte
}

// Next is the turn of the next page of the document.
func (c *Course) Next() *Turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	t := &Turn{course: c, number: c.count, mine: make(chan struct{}), ended: make(chan struct{})}
	c.ahead = append(c.ahead, t)
	if t.number == c.now {
		close(t.mine)
	}
	return t
}

// Wait waits for the page's turn, in which the ledger is its own until Pass.
func (t *Turn) Wait(ctx context.Context) error { return await(ctx, t.mine) }

// learn has the ledger learn what it is to know when this page is looked at. It is the page's turn.
func (t *Turn) learn(ctx context.Context) error {
	for oldest := t.course.oldest(); oldest.number <= known(t.number); oldest = t.course.oldest() {
		if err := await(ctx, oldest.ended); err != nil {
			return err
		}
		if oldest.looked { // else it was judged by what was read of it, which has taught the ledger then
			_ = t.course.ledger.Learn(oldest.lessons) // a damaged value of the cache teaches nothing
		}
		t.course.forget(oldest)
	}
	return nil
}

func (c *Course) oldest() *Turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead[0]
}

// forget forgets pages that teach nothing more: the oldest, if it is t, and those after it that never
// had anything to teach.
func (c *Course) forget(t *Turn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.ahead) > 0 && (c.ahead[0] == t || c.ahead[0].over && !c.ahead[0].looked) {
		c.ahead = slices.Delete(c.ahead, 0, 1)
	}
}

func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ledger is the document's, between Wait and Pass.
func (t *Turn) Ledger() Ledger { return t.course.ledger }

// Pass gives the next page its turn, once this page has had its own. It may be called again.
func (t *Turn) Pass() {
	c := t.course
	c.mu.Lock()
	defer c.mu.Unlock()
	t.passed = true
	for i, next := range c.ahead {
		if next.number != c.now {
			continue
		}
		if !next.passed {
			return
		}
		if c.now++; i+1 < len(c.ahead) {
			close(c.ahead[i+1].mine)
		}
	}
}

// Look waits for the page's turn, looks at its text and passes the turn on. Then State is what
// the ledger knew. Further calls do nothing.
func (t *Turn) Look(ctx context.Context, page *document.Page) error {
	if t.looked {
		return nil
	}
	if err := t.Wait(ctx); err != nil {
		return err
	}
	defer t.Pass()
	if err := t.learn(ctx); err != nil {
		return err
	}
	t.looked, t.state = true, t.course.ledger.State()
	t.view = t.course.ledger.Look(page)
	return nil
}

// State names what the ledger knew when the page was looked at.
func (t *Turn) State() [sha256.Size]byte { return t.state }

// Teach leaves what the page has taught, for pages whose turn comes later.
func (t *Turn) Teach(lessons []byte) { t.lessons = lessons }

// Lessons is what was left.
func (t *Turn) Lessons() []byte { return t.lessons }

// End says that the page will teach nothing more. It must be called once.
func (t *Turn) End() {
	t.Pass()
	t.view = nil
	close(t.ended)
	t.course.mu.Lock()
	t.over = true
	t.course.mu.Unlock()
	t.course.forget(nil)
}
