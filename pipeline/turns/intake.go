package turns

import (
	"context"
	"sync"
)

// Intake decides when pages begin: early enough that the engine never waits for
// regions, and no earlier, because a page takes memory from then on. The limit is over all
// documents, which take turns. A document's first page does not wait.
type Intake struct {
	limit func() int

	mu    sync.Mutex
	turns turns
	ahead int // pages begun whose regions the engine does not have yet
}

// NewIntake returns an intake with a limit of pages that may change while it is used.
func NewIntake(limit func() int) *Intake { return &Intake{limit: limit} }

// Begin waits until a page may begin. Every nil needs one End.
func (in *Intake) Begin(ctx context.Context, l *Lane, page int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	in.mu.Lock()
	if l.urgency(page) == 0 || len(in.turns.lines) == 0 && in.ahead < in.limit() {
		in.ahead++
		in.mu.Unlock()
		return nil
	}
	w := in.turns.add(l, page, 0)
	in.mu.Unlock()
	return in.turns.await(ctx, &in.mu, w, in.pass)
}

// End says that the engine has all regions of a page, or that the page ended otherwise.
func (in *Intake) End() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.pass()
}

// pass is End with mu held.
func (in *Intake) pass() {
	in.ahead--
	for in.ahead < in.limit() && in.turns.next() {
		in.ahead++
	}
}
