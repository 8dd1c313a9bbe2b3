package admission

import (
	"context"
	"io"

	"ocr-gateway/document"
)

// Ticket is a request that was let in.
type Ticket struct {
	control  *Control
	client   string
	promised int64 // of its upload, still to come
	runs     bool
	left     bool
	account  Account // nil for none
}

// Account limits how many pages one client may have read, in addition to the limits for all.
type Account interface {
	// Pages counts the pages of a document. When fewer are left it counts none, and returns how
	// many are.
	Pages(n int) (left int, ok bool)
}

// Charge sets the account that counts the pages of the request's documents.
func (t *Ticket) Charge(a Account) { t.account = a }

// Account returns that account; nil for none.
func (t *Ticket) Account() Account { return t.account }

// Run waits for a place once the upload is complete.
func (t *Ticket) Run(ctx context.Context) error {
	c := t.control
	t.sent()
	if c.places.Acquire(ctx, 1) != nil {
		return document.EndProblem(context.Cause(ctx), "")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t.runs = true
	c.uploading--
	c.running++
	return nil
}

// came counts n bytes of the upload, and reserves more than was promised.
func (t *Ticket) came(n int) error {
	c := t.control
	c.mu.Lock()
	defer c.mu.Unlock()
	t.promised -= int64(n)
	c.promised -= int64(n)
	if t.promised >= 0 {
		return nil
	}
	more := promiseStep - t.promised
	if c.promised+more > c.disk(-1) {
		return c.noDisk()
	}
	t.promised += more
	c.promised += more
	return nil
}

// sent says that the upload is over.
func (t *Ticket) sent() {
	c := t.control
	c.mu.Lock()
	defer c.mu.Unlock()
	c.promised -= t.promised
	t.promised = 0
}

// Leave ends the request's stay; more calls do nothing.
func (t *Ticket) Leave() {
	c := t.control
	t.sent()
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.left {
		return
	}
	t.left = true
	c.clients.leave(t.client)
	if t.runs {
		c.running--
		c.places.Release(1)
	} else {
		c.uploading--
	}
	if c.closed && c.uploading+c.running == 0 {
		close(c.empty)
	}
}

// Meter counts an upload as it is read.
func (t *Ticket) Meter(upload io.Reader) io.Reader { return metered{upload, t} }

type metered struct {
	io.Reader
	ticket *Ticket
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if short := m.ticket.came(n); short != nil {
		return n, short
	}
	return n, err
}

// Pages are the pages of one document that are not done.
type Pages struct {
	control *Control
	account Account
	left    int
}

// Document keeps account of a document that is to be opened, also with a, which may be nil. It
// must End.
func (c *Control) Document(a Account) *Pages { return &Pages{control: c, account: a} }

// Add counts the pages of a document that was opened. A document that is alone may have any
// number: other limits hold for it.
func (p *Pages) Add(pages int) error {
	c := p.control
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pages > 0 && c.pages+pages > c.cfg.MaxQueuedPages {
		return c.refuse(limitPages, "%d pages are waiting to be read, and with the %d of this document they would be more than %d, the limit of this server; try again later",
			c.pages, pages, c.cfg.MaxQueuedPages)
	}
	if p.account != nil {
		if left, ok := p.account.Pages(pages); !ok {
			return c.overdrawn(pages, left)
		}
	}
	p.left = pages
	c.pages += pages
	return nil
}

// Done counts a page as done.
func (p *Pages) Done() {
	c := p.control
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done.add(c.since())
	if p.left > 0 {
		p.left--
		c.pages--
	}
}

// End says that no more pages of the document will be done.
func (p *Pages) End() {
	c := p.control
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages -= p.left
	p.left = 0
}

// overdrawn counts and makes the problem for a client with too few pages left. c.mu is held.
func (c *Control) overdrawn(pages, left int) *document.Problem {
	c.refused[LimitPagesPerDay]++
	return Overdrawn(pages, left)
}

// Overdrawn is the problem when a document has more pages than its client has left today.
func Overdrawn(pages, left int) *document.Problem {
	p := document.Problemf(document.CodeTooManyRequests, document.PhaseAdmission, "this document has %d pages, and of the pages that this API key may have read a day %d are left; the day begins at 00:00 UTC", pages, left)
	p.Limit = LimitPagesPerDay
	return p
}
