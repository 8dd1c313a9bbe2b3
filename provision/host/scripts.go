package host

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed scripts/prelude.sh
var preludeScript string

//go:embed scripts/probe.sh
var probeScript string

//go:embed scripts/deps.sh
var depsScript string

//go:embed scripts/model.sh
var modelScript string

//go:embed scripts/build.sh
var buildScript string

//go:embed scripts/launch.sh
var launchScript string

//go:embed scripts/stop.sh
var stopScript string

// script is one of the scripts with the values it takes from its caller.
func (s *Setup) script(body string, values map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "dir=%s\n", Quote(s.d.Options.Dir))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "%s=%s\n", name, Quote(values[name]))
	}
	b.WriteString(preludeScript)
	b.WriteString(body)
	return b.String()
}

// Quote makes one word for the shell of any text.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// pairs reads the name=value lines that a script prints. A name may stand more
// than once.
func pairs(out string) map[string][]string {
	found := map[string][]string{}
	for line := range strings.Lines(out) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			found[name] = append(found[name], value)
		}
	}
	return found
}

// first is the first value of a name, "" where there is none.
func first(found map[string][]string, name string) string {
	if values := found[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
