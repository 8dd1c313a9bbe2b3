package assemble

import "strings"

// CloseFence ends a code block that the model left open.
func CloseFence(s string) string {
	var open string
	for line := range strings.SplitSeq(s, "\n") {
		open = fence(open, line)
	}
	if open == "" {
		return s
	}
	return strings.TrimRight(s, " \n") + "\n" + open
}

// OutsideFences applies f to the text around code blocks.
func OutsideFences(s string, f func(string) string) string {
	if !strings.Contains(s, "```") {
		return f(s)
	}
	var b strings.Builder
	var open string
	start, at := 0, 0 // of the stretch, of the line
	for line := range strings.SplitAfterSeq(s, "\n") {
		was := open
		open = fence(open, strings.TrimSuffix(line, "\n"))
		switch {
		case was == "" && open != "": // the code begins with this line
			b.WriteString(f(s[start:at]))
			start = at
		case was != "" && open == "": // and ends with this one
			b.WriteString(s[start : at+len(line)])
			start = at + len(line)
		}
		at += len(line)
	}
	if open == "" {
		b.WriteString(f(s[start:]))
	} else {
		b.WriteString(s[start:])
	}
	return b.String()
}

// fence returns the backticks that close the code block in which the text is after line, empty outside of
// one; open is the value before line. CommonMark 0.31, section 4.5.
func fence(open, line string) string {
	line = strings.TrimSpace(line)
	rest := strings.TrimLeft(line, "`")
	ticks := line[:len(line)-len(rest)]
	switch {
	case open == "" && len(ticks) >= 3 && !strings.Contains(rest, "`"):
		return ticks
	case open != "" && len(ticks) >= len(open) && rest == "":
		return ""
	}
	return open
}
