package compare

const (
	longestPassage = 1 << 15 // characters of a passage or an answer that are compared
	mostEdits      = 600     // between a passage and its answer; alignment takes their number times the length
)

// Cut returns for each line of a passage the part of an answer about the whole passage that stands for the
// line, in the form in which it is compared. Nil means that the answer is too long, or nothing like the
// passage.
func Cut(lines []Claim, answer string) []string {
	var claim []rune
	ends := make([]int, len(lines)) // in claim
	for i, ln := range lines {
		claim = append(claim, ln.text...)
		ends[i] = len(claim)
	}
	seen := plain(answer)
	if len(claim) > longestPassage || len(seen) > longestPassage {
		return nil
	}
	to, ok := follow(claim, seen, mostEdits)
	if !ok {
		return nil
	}
	parts, from := make([]string, len(lines)), 0
	for i, end := range ends {
		until := len(seen)
		if i < len(lines)-1 {
			until = max(from, boundary(to, end, len(seen)))
		}
		parts[i], from = string(seen[from:until]), until
	}
	return parts
}

// boundary is where in an answer the character at i of the claim begins, or would begin. Text inserted
// between two lines goes to the second, except what takes the place of the first one's end.
func boundary(to []int, i, length int) int {
	before, after := i-1, i
	for before >= 0 && to[before] == unmatched {
		before--
	}
	for after < len(to) && to[after] == unmatched {
		after++
	}
	from, until := 0, length
	if before >= 0 {
		from = to[before] + 1
	}
	if after < len(to) {
		until = to[after]
	}
	return min(from+i-1-before, until)
}
