package webhook

import "time"

// At has a sender believe that it is always so late.
func (s *Sender) At(at time.Time) { s.now = func() time.Time { return at } }
