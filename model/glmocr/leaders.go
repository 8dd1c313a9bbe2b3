package glmocr

import "strings"

// leaders are the characters that lead the eye over a gap or draw a blank to be filled in. `\_` comes before
// `_`, which it ends with.
var leaders = []string{".", "·", `\_`, "_"}

// shortenLeaders shortens every run of three or more equal leaders to three: how many the model writes means
// nothing.
func shortenLeaders(s string) string {
	var b strings.Builder
	done := 0 // s[:done] is written
	for i := 0; i < len(s); {
		leader := leaderAt(s[i:])
		if leader == "" {
			i++
			continue
		}
		end := i + len(leader)
		for strings.HasPrefix(s[end:], leader) {
			end += len(leader)
		}
		if keep := i + 3*len(leader); end > keep {
			b.WriteString(s[done:keep])
			done = end
		}
		i = end
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

func leaderAt(s string) string {
	for _, leader := range leaders {
		if strings.HasPrefix(s, leader) {
			return leader
		}
	}
	return ""
}
