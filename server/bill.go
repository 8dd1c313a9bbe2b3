package server

import (
	"math"
	"sync/atomic"

	"ocr-gateway/server/keys"
)

// bill counts the pages of a request, against the daily limit of its key where that has one.
type bill struct {
	holder    *keys.Holder // nil for none
	elsewhere func() int   // pages that jobs of the key have used today
	pages     atomic.Int64
}

// Pages counts the pages of a document, see admission.Account.
func (b *bill) Pages(n int) (left int, ok bool) {
	if b.holder != nil {
		if left, ok := b.holder.Pages(n, b.elsewhere()); !ok {
			return left, false
		}
	}
	b.pages.Add(int64(n))
	return math.MaxInt, true
}
