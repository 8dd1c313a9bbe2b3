package pipeline

import (
	"context"
	"sync"
)

// intake decides when pages begin: early enough that the engine never waits for
// regions, and no earlier, because a page takes memory from then on. The limit is over all
// documents, which take turns. A document's first page does not wait.
type intake struct {
	limit func() int // see pace.pages

	mu    sync.Mutex
	turns turns
	ahead int // pages begun of which the engine has not all regions yet
}

// begin waits until a page may begin. Every nil needs one end.
func (in *intake) begin(ctx context.Context, l *lane, page int) error {
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

// end says that the engine has all regions of a page, or that it ended otherwise.
func (in *intake) end() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.pass()
}

// pass is end for who holds mu.
func (in *intake) pass() {
	in.ahead--
	for in.ahead < in.limit() && in.turns.next() {
		in.ahead++
	}
}
