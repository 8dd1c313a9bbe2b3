package batch

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// maxShown is how many failures people are shown; the JSON report has all.
const maxShown = 20

// Write writes the report for people.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d documents: %d ok, %d partial, %d failed", r.Files, r.OK, r.Partial, r.Failed)
	if r.Left > 0 {
		fmt.Fprintf(&b, ", %d left", r.Left)
	}
	if r.Before > 0 {
		fmt.Fprintf(&b, "; %d were done before", r.Before)
	}
	fmt.Fprintf(&b, "\n%d pages in %s, %.1f pages/s", r.Pages, r.Elapsed.Round(time.Second/10), r.PagesPerS)
	if r.Cost > 0 {
		fmt.Fprintf(&b, ", $%.2f, $%.2f for 1,000 pages", r.Cost, r.CostPer1000)
	}
	b.WriteByte('\n')
	r.writeUsage(&b)
	for n, f := range r.Failures {
		if n == maxShown {
			fmt.Fprintf(&b, "… and %d more: --json lists all\n", len(r.Failures)-n)
			break
		}
		how := "failed"
		if f.Partial {
			how = "partial"
		}
		fmt.Fprintf(&b, "%s: %s: %s\n", how, f.Name, f.Error)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeUsage writes what the gateway says that the pages took.
func (r Report) writeUsage(b *strings.Builder) {
	u := r.Usage
	if u.Pages == 0 {
		return
	}
	fmt.Fprintf(b, "used %.1f s of processors", float64(u.CPUSeconds))
	if u.Attempts > 0 {
		fmt.Fprintf(b, ", %.1f s of model servers, %d tokens sent, %d written", float64(u.ModelSeconds), u.PromptTokens, u.CompletionTokens)
	}
	if u.Currency != "" {
		fmt.Fprintf(b, ": %.4f %s by the gateway's prices, %.3f for 1,000 pages", float64(u.Cost), u.Currency, float64(u.Cost)/float64(u.Pages)*1000)
	}
	b.WriteByte('\n')
}

// byName sorts failures.
func byName(all []Failure) {
	slices.SortFunc(all, func(a, b Failure) int { return cmp.Compare(a.Name, b.Name) })
}
