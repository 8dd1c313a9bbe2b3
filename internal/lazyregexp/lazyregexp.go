// Package lazyregexp compiles regular expressions when they are first used.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New returns a function that compiles the expression at its first call; it panics
// when the expression is wrong. The children that render pages are this program too
// and would compile every expression at each start.
func New(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
