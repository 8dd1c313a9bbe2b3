package extract

import (
	"regexp"
	"sync"
)

// lazily compiles an expression when it is first wanted. The children that render
// pages are this program too, and would compile them all at each start.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
