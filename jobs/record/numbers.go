package record

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// listed is how many numbers are written one by one, as all versions of this program can read
// them. More are written as ranges, which take few bytes however many pages a document has:
// requests name pages in a text of bounded length.
const listed = 10_000

// Numbers are page numbers, ascending.
type Numbers []int

// MarshalJSON writes a list, or ranges in a string where the list would be long.
func (n Numbers) MarshalJSON() ([]byte, error) {
	if len(n) <= listed {
		return json.Marshal([]int(n))
	}
	var b strings.Builder
	for i := 0; i < len(n); {
		first := i
		for i++; i < len(n) && n[i] == n[i-1]+1; i++ {
		}
		if first > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(n[first]))
		if i-first > 1 {
			b.WriteString("-" + strconv.Itoa(n[i-1]))
		}
	}
	return json.Marshal(b.String())
}

// UnmarshalJSON reads both.
func (n *Numbers) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '"' {
		return json.Unmarshal(b, (*[]int)(n))
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	*n = nil
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		first, err := strconv.Atoi(from)
		last := first
		if err == nil && isRange {
			last, err = strconv.Atoi(to)
		}
		if err != nil || first < 1 || last < first || last-first > mostNumbers-len(*n) {
			return fmt.Errorf("pages %q are no ranges", part)
		}
		for i := first; i <= last; i++ {
			*n = append(*n, i)
		}
	}
	return nil
}

// mostNumbers bounds what a few bytes of ranges can stand for.
const mostNumbers = 100_000_000
