package pipeline

import (
	"context"
	"slices"
	"sync"
)

// Budget is the memory that decoded pages of all documents may take. Waiters are served in order,
// with one exception: small pages overtake large ones that wait, within a reserve that large pages
// never take. So a small page does not wait behind large ones, and small pages beyond the reserve
// cannot starve a large one.
type Budget struct {
	total   int64
	reserve int64 // a page up to this size is small

	mu           sync.Mutex
	small, large int64    // bytes held by pages of each kind
	waiting      []*claim // in order of arrival
}

// claim is a page that waits for memory.
type claim struct {
	bytes   int64
	granted chan struct{}
}

// reservedPart is the part of the budget that large pages never take, an eighth: of the default of
// 256 MiB it holds two A4 pages in color at 200 dpi.
const reservedPart = 8

// NewBudget returns a budget of total bytes.
func NewBudget(total int64) *Budget {
	return &Budget{total: total, reserve: total / reservedPart}
}

// Acquire waits until bytes are free. A page larger than all but the reserve takes all but the
// reserve, so that no other large page is held beside it. free gives back all but rest bytes; it
// may be called again with less, never concurrently.
func (b *Budget) Acquire(ctx context.Context, bytes int64) (free func(rest int64), err error) {
	bytes = min(bytes, b.total-b.reserve)
	c := &claim{bytes: bytes, granted: make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, c)
	b.grant()
	b.mu.Unlock()
	select {
	case <-c.granted:
	case <-ctx.Done():
		if !b.withdraw(c) {
			b.resize(c.bytes, 0) // granted at the same moment
		}
		return nil, ctx.Err()
	}
	held := bytes
	return func(rest int64) {
		rest = min(rest, held)
		b.resize(held, rest)
		held = rest
	}, nil
}

// withdraw takes c out of the line; false when it was granted already.
func (b *Budget) withdraw(c *claim) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.Index(b.waiting, c)
	if at < 0 {
		return false
	}
	b.waiting = slices.Delete(b.waiting, at, at+1)
	b.grant() // those that stood behind a large page may fit
	return true
}

// resize changes a page's bytes, and lets in whatever then fits.
func (b *Budget) resize(from, to int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*b.kind(from) -= from
	*b.kind(to) += to
	b.grant()
}

// kind is the account of pages of that size.
func (b *Budget) kind(bytes int64) *int64 {
	if bytes <= b.reserve {
		return &b.small
	}
	return &b.large
}

// grant lets in, in order, what fits. Behind a large page that does not fit, small ones still go
// as far as the reserve reaches.
func (b *Budget) grant() {
	largeWaits, smallWaits := false, false
	b.waiting = slices.DeleteFunc(b.waiting, func(c *claim) bool {
		isLarge := c.bytes > b.reserve
		var fits bool
		switch {
		case isLarge:
			fits = !largeWaits && max(b.small, b.reserve)+b.large+c.bytes <= b.total
			largeWaits = largeWaits || !fits
		case largeWaits:
			fits = !smallWaits && b.small+c.bytes <= b.reserve
			smallWaits = smallWaits || !fits
		default:
			fits = !smallWaits && b.small+b.large+c.bytes <= b.total
			smallWaits = smallWaits || !fits
		}
		if fits {
			*b.kind(c.bytes) += c.bytes
			close(c.granted)
		}
		return fits
	})
}
