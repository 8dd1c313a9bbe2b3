//go:build !race

package layout_test

import "time"

// limit is for TestManyLines; generous, since machines are shared.
const limit = 2 * time.Second

// variants is how many pages of each kind TestOrder reads.
const variants = 20
