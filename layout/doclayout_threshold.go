package layout

// aboveThreshold keeps what the model is sure enough of.
func aboveThreshold(found []detection, minScore func(classID) float64) []detection {
	var kept []detection
	for _, d := range found {
		if d.score >= minScore(d.class) {
			kept = append(kept, d)
		}
	}
	return kept
}
