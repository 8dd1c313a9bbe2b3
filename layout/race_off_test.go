//go:build !race

package layout_test

import "time"

// limit is for TestManyLines; generous, since machines are shared.
const limit = 2 * time.Second
