//go:build race

package layout_test

import "time"

// limit is for TestManyLines under the race detector, which slows everything.
const limit = 20 * time.Second

// variants is how many pages of each kind TestOrder reads.
const variants = 4
