package raster_test

// otherForks are calls that not every architecture has.
func otherForks(func(string, uintptr, ...uintptr) wayOut) []wayOut { return nil }
