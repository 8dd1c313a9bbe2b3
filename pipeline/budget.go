package pipeline

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// Budget is the memory that decoded pages may take over all documents. Waiters
// are served in order, so a large page is not starved by small ones.
type Budget struct {
	total int64
	sem   *semaphore.Weighted
}

// NewBudget makes a budget of total bytes.
func NewBudget(total int64) *Budget {
	return &Budget{total: total, sem: semaphore.NewWeighted(total)}
}

// Acquire waits until bytes are free. A page larger than the whole budget takes
// all of it and so runs alone.
func (b *Budget) Acquire(ctx context.Context, bytes int64) error {
	return b.sem.Acquire(ctx, min(bytes, b.total))
}

// Shrink gives back what of bytes is beyond smaller, which is then to be released.
func (b *Budget) Shrink(bytes, smaller int64) {
	b.sem.Release(min(bytes, b.total) - min(smaller, b.total))
}

// Release gives bytes back: the same number that was acquired.
func (b *Budget) Release(bytes int64) { b.sem.Release(min(bytes, b.total)) }
