package compare

import "slices"

// unmatched stands for the counterpart of a character that has none, here and in package edits.
const unmatched = -1

// follow aligns two mostly equal texts by the fewest deletions and insertions (Myers, "An O(ND) Difference
// Algorithm and Its Variations", 1986). It returns for each character of a the index of its equal in b, or
// unmatched, and false if more than most edits are needed.
func follow(a, b []rune, most int) (to []int, ok bool) {
	to = make([]int, len(a))
	for i := range to {
		to[i] = unmatched
	}
	trace := furthest(a, b, most)
	if trace == nil {
		return to, false
	}
	x, y := len(a), len(b)
	for d := range slices.Backward(trace) {
		px, py := 0, 0 // before the last edit
		if d > 0 {
			k := trace[d-1].from(x-y, d)
			px = trace[d-1].at(k, d-1)
			py = px - k
		}
		for x > px && y > py {
			x, y = x-1, y-1
			to[x] = y
		}
		x, y = px, py
	}
	return to, true
}

// reached holds how far in a each of the diagonals -d, -d+2 … d has come after d edits. A diagonal is the
// position in a minus the one in b.
type reached []int32

func (r reached) at(diagonal, d int) int { return int(r[(diagonal+d)/2]) }

// from is the diagonal, of those after d-1 edits, from which the dth edit leads furthest on a diagonal.
func (r reached) from(diagonal, d int) int {
	if diagonal == -d || diagonal != d && r.at(diagonal-1, d-1) < r.at(diagonal+1, d-1) {
		return diagonal + 1 // insert a character of b
	}
	return diagonal - 1
}

// furthest returns what is reached after 0, 1, 2 … edits, up to the ends of both texts; nil if that takes
// more than most.
func furthest(a, b []rune, most int) (trace []reached) {
	for d := 0; d <= min(most, len(a)+len(b)); d++ {
		now := make(reached, d+1)
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				from := trace[d-1].from(k, d)
				x = trace[d-1].at(from, d-1)
				if from < k {
					x++
				}
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			now[(k+d)/2] = int32(x)
			if x == len(a) && x-k == len(b) {
				return append(trace, now)
			}
		}
		trace = append(trace, now)
	}
	return nil
}
