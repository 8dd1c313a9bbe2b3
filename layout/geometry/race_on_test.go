//go:build race

package geometry_test

import "time"

// The race detector slows everything: under it, the same tests look at less.
const (
	// manyLines is the number of lines of TestManyLines, limit the time for them,
	// generous, since machines are shared.
	manyLines = 1500
	limit     = 10 * time.Second
	// variants is how many pages of each kind TestOrder reads.
	variants = 2
	// completePages is how many pages of each kind TestRegionsAreComplete reads, for each task.
	completePages = 1
)
