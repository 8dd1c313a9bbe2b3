package embedded

import "regexp"

// leaderRun are the dots that lead the eye over a gap: how many the reader sees of
// them says nothing. An ellipsis has three, and a full stop may follow.
var leaderRun = regexp.MustCompile(`\s*(?:(?:[.·•∙‧]\s*){5,}|(?:[.·•∙‧]\s*)*…(?:\s*[.·•∙‧…])+)\s*`)

// shortLeaders writes leaders as one ellipsis between blanks.
func shortLeaders(text string) string {
	return leaderRun.ReplaceAllString(text, " … ")
}
