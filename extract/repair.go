package extract

import (
	"encoding/json"
	"slices"
	"strings"

	jsonrepair "github.com/RealAlexandreAI/json-repair"

	"ocr-gateway/extract/jsontree"
)

// repair makes valid JSON of nearly valid JSON. It escapes LaTeX first, because the
// library would remove its backslashes.
func repair(s string, cut bool) string {
	if len(s) > maxRepairBytes || jsontree.Nests([]byte(s), maxRepairDepth) {
		return ""
	}
	s = escapeLaTeX(s)
	if json.Valid([]byte(s)) {
		return s
	}
	if cut {
		s = beforeLast(s)
	}
	repaired, err := jsonrepair.RepairJSON(s)
	if err != nil {
		return ""
	}
	return repaired
}

// commands are LaTeX commands that begin like an escape of JSON.
var commands = []string{
	"bar", "beta", "begin", "big", "binom", "bmod", "boldsymbol", "bullet", "frac", "forall", "nabla", "neq", "not", "nu",
	"rangle", "rho", "right", "rm", "tan", "tau", "text", "theta", "times", "to ", "triangle",
}

// escapeLaTeX doubles the backslashes of unknown escapes, and those of commands that JSON
// would read as control characters.
func escapeLaTeX(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		if s[i] != '\\' {
			continue
		}
		if i+1 < len(s) && isEscape(s[i+1:]) {
			i++
			b.WriteByte(s[i])
			continue
		}
		b.WriteByte('\\')
	}
	return b.String()
}

// isEscape reports whether s, after a backslash, is an escape of JSON.
func isEscape(s string) bool {
	switch s[0] {
	case '"', '\\', '/':
		return true
	case 'b', 'f', 'n', 'r', 't':
		return !slices.ContainsFunc(commands, func(c string) bool { return strings.HasPrefix(s, c) })
	case 'u':
		return len(s) >= 5 && strings.Trim(s[1:5], "0123456789abcdefABCDEF") == ""
	}
	return false
}

// beforeLast returns JSON that was cut off without its last member.
func beforeLast(s string) string {
	end, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case quoted && ch == '\\':
			i++
		case ch == '"':
			quoted = !quoted
		case quoted:
		case ch == ',':
			end = i
		case ch == '{' || ch == '[' || ch == '}' || ch == ']':
			end = i + 1
		}
	}
	return s[:end]
}
