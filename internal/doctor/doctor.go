// Package doctor holds what an examination of an installation finds, and what can be found
// out about the machine itself.
package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// State is how something that was looked at is.
type State string

// The states of a finding.
const (
	OK      State = "ok"
	Warning State = "warning" // it works, and is not as it should be
	Failed  State = "failed"
	Off     State = "off" // not in use with these settings, or not to be tried
)

// Finding is what was found of one thing.
type Finding struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"` // a line for the shell, or for the settings, that mends it
}

// Report is everything that was looked at, in its order.
type Report struct {
	Version  string    `json:"version"`
	Healthy  bool      `json:"healthy"` // nothing failed
	Findings []Finding `json:"findings"`
}

// NewReport sums findings up.
func NewReport(version string, findings []Finding) Report {
	r := Report{Version: version, Healthy: true, Findings: findings}
	for _, f := range findings {
		r.Healthy = r.Healthy && f.State != Failed
	}
	return r
}

// WriteJSON writes the report as one object.
func (r Report) WriteJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(r)
}

// WriteText writes the report for people: a finding a line, and below it what mends it.
func (r Report) WriteText(w io.Writer) error {
	const state, name = 7, 13 // columns
	indent := strings.Repeat(" ", state+name+4)
	var b strings.Builder
	for _, f := range r.Findings {
		detail := strings.ReplaceAll(strings.TrimSpace(f.Detail), "\n", "\n"+indent)
		fmt.Fprintf(&b, "%-*s  %-*s  %s\n", state, f.State, name, f.Name, detail)
		if f.Mend != "" {
			fmt.Fprintf(&b, "%s-> %s\n", indent, f.Mend)
		}
	}
	if r.Healthy {
		b.WriteString("\nIt can work.\n")
	} else {
		b.WriteString("\nIt cannot work as it is set up: see what failed.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
