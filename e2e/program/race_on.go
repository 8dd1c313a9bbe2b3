//go:build race

package program

// Race reports whether the tests, and so the program, have the race detector.
const Race = true
