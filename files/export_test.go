package files

import (
	"context"
	"time"
)

// At has it be so late.
func (f *Files) At(now func() time.Time) { f.now = now }

// SweepNow removes what has expired.
func (f *Files) SweepNow(ctx context.Context) error { return f.sweep(ctx) }

// Chain says where pieces, each from and to, end that are put in a row, and what of each is
// taken.
func Chain(pieces [][2]int64) (taken [][2]int64, end int64) {
	var all []piece
	for _, p := range pieces {
		all = append(all, piece{at: p[0], size: p[1] - p[0]})
	}
	row, end := chain(all)
	for _, p := range row {
		taken = append(taken, [2]int64{p.at + p.skip, p.at + p.size})
	}
	return taken, end
}
