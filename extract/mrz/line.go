package mrz

import "strings"

// fill brings a line to its width by its longest run of fillers, where recognition miscounts them.
func fill(line string, width int, fits bool) (string, bool) {
	const slack = 8
	line = alphabet(line)
	if !fits || line == "" || len(line) < width-slack || len(line) > width+slack {
		return "", false
	}
	at, longest := len(line), 0
	for i := 0; i < len(line); {
		n := len(line[i:]) - len(strings.TrimLeft(line[i:], "<"))
		if n > longest {
			at, longest = i, n
		}
		i += n + 1
	}
	missing := width - len(line)
	switch {
	case missing >= 0:
		return line[:at] + strings.Repeat("<", missing) + line[at:], true
	case longest >= -missing:
		return line[:at] + line[at-missing:], true
	}
	return "", false
}

// alphabet returns a recognized line in the zone's alphabet, or "" if it has a character that is neither in
// the alphabet nor commonly read for a filler.
func alphabet(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '<':
			return r
		case r == '«' || r == '‹' || r == '〈' || r == '＜':
			return '<'
		case r == ' ' || r == '\u00a0':
			return -1
		}
		return 0
	}, strings.ReplaceAll(s, "«", "<<"))
	if strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}

var (
	toDigit  = strings.NewReplacer("O", "0", "Q", "0", "D", "0", "I", "1", "L", "1", "Z", "2", "S", "5", "G", "6", "B", "8")
	toLetter = strings.NewReplacer("0", "O", "1", "I", "2", "Z", "5", "S", "6", "G", "8", "B")
)
