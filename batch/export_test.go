package batch

import "ocr-gateway/internal/backoff"

// Hurry has waits while a gateway is full or away take no time.
func Hurry() { waits = backoff.Exponential{} }
