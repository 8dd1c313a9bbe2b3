package assemble

// FindLoops gives start, end and unit of each loop.
func FindLoops(text string) (loops [][3]int) {
	for _, l := range findLoops([]rune(text)) {
		loops = append(loops, [3]int{l.start, l.end, l.unit})
	}
	return loops
}
