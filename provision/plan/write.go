package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"ocr-gateway/provision/cloud"
)

// WriteSteps writes what a run does, and how long that may take.
func (p Plan) WriteSteps(b *strings.Builder) {
	b.WriteString("\nSteps\n")
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, s := range p.Steps {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", s.Stage, s.Takes, s.Does)
	}
	table.Flush()
	fmt.Fprintf(b, "\nIt answers after about %s. These are estimates from sizes at 30 to 300 MB/s; a later start of the same host skips the downloads.\n", p.Takes)
}

// WriteJSON writes the plan for programs.
func (p Plan) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(p)
}

// Write writes the plan for people.
func (p Plan) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Plan for --gpu %s (%s cloud; nothing has been created)\n\n", p.Options.GPU, p.Options.Tenure)
	elsewhere := cloud.Community
	if p.Options.Tenure == cloud.Community {
		elsewhere = cloud.Secure
	}
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "  \tGPU\tmemory\t$/h\t%s\tstock\twhy\n", elsewhere)
	row := func(at string, c Candidate) {
		fmt.Fprintf(table, "  %s\t%s%s\t%d GB\t%.2f\t%s\t%s\t%s\n", at, Times(c.Count), c.Name, c.MemoryGB*c.Count, c.PricePerHour,
			OrDash(c.ElsewherePerGPU*float64(c.Count)), orUnknown(c.Stock), c.Why)
	}
	for i, c := range p.Candidates {
		row(fmt.Sprintf("%d.", i+1), c)
	}
	for _, c := range p.Refused {
		row("-", c)
	}
	table.Flush()
	fmt.Fprintf(&b, "\nThe first that is free is taken: at most $%.2f an hour. Storage: $%.2f a month while running, $%.2f while stopped.\n", p.Ceiling, p.Running, p.Stopped)
	fmt.Fprintf(&b, "Kinds that were not asked for cost at most $%.2f an hour%s; --cloud %s is another market, at the prices in its column.\n",
		p.Bound, p.boundFrom(), elsewhere)
	if p.MinCUDA != "" {
		fmt.Fprintf(&b, "Hosts need a driver for CUDA %s (from the image's tag).\n", p.MinCUDA)
	}
	p.WriteSteps(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// boundFrom says where the bound comes from.
func (p Plan) boundFrom() string {
	if p.Options.MaxPrice > 0 {
		return " (--max-price)"
	}
	return fmt.Sprintf(" (%.1f times the first choice; --max-price sets it)", fallbackFactor)
}

// ladder says in one line what will be tried, in order.
func (p Plan) ladder() string {
	var gpuClasses []string
	for _, c := range p.Candidates {
		gpuClasses = append(gpuClasses, fmt.Sprintf("%s%s $%.2f", Times(c.Count), c.Name, c.PricePerHour))
	}
	return strings.Join(gpuClasses, ", then ")
}

// WriteOrder writes in two lines what will be ordered, for those who are not asked.
func (p Plan) WriteOrder(w io.Writer) error {
	_, err := fmt.Fprintf(w, "Ordering the first that is free of: %s.\nAt most $%.2f an hour; it answers after about %s.\n", p.ladder(), p.Ceiling, p.Takes)
	return err
}
