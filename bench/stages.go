package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

// Stages is what the stages of reading pages cost, in seconds of processor time a page.
type Stages struct {
	Pages  int     `json:"pages"`
	Stages []Stage `json:"stages"`
	// Rates are what one thread of the machine multiplies in a second, in a product of matrices.
	Rates struct {
		Full  float64 `json:"full"`
		Whole float64 `json:"whole,omitempty"` // in whole numbers; 0 where they are not used
	} `json:"multiplications_per_s"`
}

// Stage is one of them.
type Stage struct {
	Name  string  `json:"name"`
	CPU   float64 `json:"cpu_s_per_page"`
	Floor float64 `json:"floor_s_per_page,omitempty"` // what the networks multiply, at the machine's rates; 0 without a network
}

// Total is that of all stages.
func (s Stages) Total() Stage {
	total := Stage{Name: "all"}
	for _, stage := range s.Stages {
		total.CPU += stage.CPU
		total.Floor += stage.Floor
	}
	return total
}

// Write writes a table.
func (s Stages) Write(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "stage\tCPU-s a page\tfloor\t\n")
	for _, stage := range append(s.Stages, s.Total()) {
		floor := ""
		if stage.Floor > 0 {
			floor = fmt.Sprintf("%.3f", stage.Floor)
		}
		fmt.Fprintf(table, "%s\t%.3f\t%s\t\n", stage.Name, stage.CPU, floor)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	const giga = 1e9
	_, err := fmt.Fprintf(w, "%d pages, one thread. The floor is what the networks multiply at the rate of a matrix product: %.0f billion multiplications a second",
		s.Pages, s.Rates.Full/giga)
	if err == nil && s.Rates.Whole > 0 {
		_, err = fmt.Fprintf(w, ", %.0f in whole numbers", s.Rates.Whole/giga)
	}
	if err == nil {
		_, err = fmt.Fprintln(w, ".")
	}
	return err
}

// WriteJSON writes it as JSON.
func (s Stages) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}

// ChildrenCPU is the processor time, in seconds, of all processes that this one has started,
// to a hundredth.
func ChildrenCPU() (float64, error) {
	tree, err := treeOf(os.Getpid())
	if err != nil {
		return 0, err
	}
	self := tree[os.Getpid()]
	stat, err := self.Stat()
	if err != nil {
		return 0, err
	}
	ticks := int64(stat.CUTime) + int64(stat.CSTime) // of those that ended
	for pid, p := range tree {
		if pid != os.Getpid() {
			ticks += p.ticks
		}
	}
	return float64(ticks) / ticksPerSecond, nil
}
