package extract

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	jsonrepair "github.com/RealAlexandreAI/json-repair"
)

const (
	maxAnswerBytes = 1 << 20
	// maxRepairBytes bounds what is repaired: the repair is slower than linear.
	maxRepairBytes = 64 << 10
)

var errNoObject = errors.New("the model's answer holds no JSON object")

// parseAnswer reads the object in a model's answer, from a code fence or bare.
// What is no valid JSON is repaired; cut says that the answer ends early, and its
// last, perhaps incomplete, value is then left out.
func parseAnswer(answer string, cut bool) (*object, error) {
	if len(answer) > maxAnswerBytes {
		return nil, errNoObject
	}
	body := unfence(answer)
	if !json.Valid([]byte(body)) {
		body = repair(body, cut)
	}
	if nests([]byte(body), 2*maxDepth) || !json.Valid([]byte(body)) {
		return nil, errNoObject
	}
	value, err := decode([]byte(body), false)
	if err != nil {
		return nil, err
	}
	if items, ok := value.([]any); ok && len(items) == 1 {
		value = items[0]
	}
	o, ok := value.(*object)
	if !ok {
		return nil, errNoObject
	}
	return o, nil
}

// unfence cuts the JSON out of a Markdown code block or surrounding words.
func unfence(s string) string {
	s = strings.TrimSpace(s)
	if _, after, ok := strings.Cut(s, "```"); ok {
		after = strings.TrimPrefix(after, "json")
		after, _, _ = strings.Cut(after, "```")
		s = strings.TrimSpace(after)
	}
	start := strings.IndexAny(s, "{[")
	if start < 0 {
		return s
	}
	s = s[start:]
	closing := "}"
	if s[0] == '[' {
		closing = "]"
	}
	if end := strings.LastIndex(s, closing); end >= 0 && json.Valid([]byte(s[:end+1])) {
		return s[:end+1]
	}
	return s
}

// repair makes valid JSON of nearly valid JSON. LaTeX comes first: the library
// would take its backslashes away.
func repair(s string, cut bool) string {
	if len(s) > maxRepairBytes || nests([]byte(s), maxDepth) {
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

// escapeLaTeX doubles the backslashes that JSON does not know, and those of
// commands that it would take for control characters.
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

// isEscape reports whether s continues a backslash as JSON means it.
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

// beforeLast drops the last member of JSON that was cut off.
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
