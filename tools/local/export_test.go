package local

import "time"

// WaitFor has tools waited for no longer.
func (h *Host) WaitFor(patience time.Duration) { h.patience = patience }
