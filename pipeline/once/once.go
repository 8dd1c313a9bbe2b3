// Package once makes values that several ask for at the same time only once, and keeps them: a
// value is taken from a cache, awaited where another is making it, or made.
package once

import (
	"context"
	"crypto/sha256"
	"sync"
)

// Cache keeps values by the hash of all that they depend on. It may lose anything and is safe
// for concurrent use.
type Cache interface {
	Get(key [sha256.Size]byte) (value []byte, ok bool)
	Put(key [sha256.Size]byte, value []byte)
}

// Values is a Cache together with the values that are being made. It is safe for concurrent use.
type Values struct {
	Store Cache

	mu      sync.Mutex
	flights map[[sha256.Size]byte]*Flight
}

// Flight is a value being looked for or made, which others wait for.
type Flight struct {
	done     chan struct{} // closed at the end; what follows is read after it
	value    []byte        // nil when there is nothing to keep
	canceled bool          // its maker was canceled: those who wait try again
}

// New returns the values of a cache, nil for none.
func New(store Cache) *Values {
	if store == nil {
		return nil
	}
	return &Values{Store: store, flights: map[[sha256.Size]byte]*Flight{}}
}

// Find returns the value of a key. Where there is none, the first caller gets a flight, which it
// must Land. Both are nil when another failed to make it, so that all who waited try at once, and
// when ctx ended.
func (v *Values) Find(ctx context.Context, key [sha256.Size]byte) (value []byte, mine *Flight) {
	for {
		v.mu.Lock()
		other := v.flights[key]
		if other == nil {
			mine = &Flight{done: make(chan struct{})}
			v.flights[key] = mine
		}
		v.mu.Unlock()
		if mine != nil {
			value, ok := v.Store.Get(key)
			if ok {
				v.Land(key, mine, value, false)
				return value, nil
			}
			return nil, mine
		}
		select {
		case <-other.done:
		case <-ctx.Done():
			return nil, nil
		}
		if !other.canceled {
			return other.value, nil
		}
	}
}

// Land ends a flight.
func (v *Values) Land(key [sha256.Size]byte, f *Flight, value []byte, canceled bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.flights, key)
	f.value, f.canceled = value, canceled && value == nil
	close(f.done)
}
