package provision

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Plan is what a run would do, found out without creating anything.
type Plan struct {
	Candidates  []Candidate `json:"candidates"` // in the order in which they are tried
	Refused     []Candidate `json:"refused,omitempty"`
	Ceiling     float64     `json:"max_price_per_hour"` // USD: of the dearest candidate
	Running     float64     `json:"storage_per_month"`  // USD while running, beside the price
	Stopped     float64     `json:"stopped_per_month"`  // USD for what is kept while stopped
	MinCUDA     string      `json:"min_cuda,omitempty"` // from the image's tag
	DataCenters []string    `json:"data_centers,omitempty"`
	Options     Options     `json:"options"`
	Steps       []Step      `json:"steps"`
}

// Step is something that a run does.
type Step struct {
	Stage string `json:"stage"`
	Does  string `json:"does"`
}

// Plan asks the cloud what is free at which price.
func (p *Provisioner) Plan(ctx context.Context, o Options) (Plan, error) {
	plan := Plan{Options: o, MinCUDA: minCUDA(o.Image), Steps: steps(o)}
	search := Search{Count: o.GPUCount, Tenure: o.Tenure, MinCUDA: plan.MinCUDA}
	for _, r := range o.Regions {
		if len(r) == 2 {
			search.Countries = append(search.Countries, strings.ToUpper(r))
		} else {
			search.DataCenters = append(search.DataCenters, r)
		}
	}
	rates := p.Cloud.Rates()
	plan.Running = rates.Disk*float64(o.DiskGB) + rates.Volume*float64(o.VolumeGB)
	plan.Stopped = rates.VolumeStopped * float64(o.VolumeGB)
	if o.NetworkVolume != "" {
		volume, err := p.Cloud.Volume(ctx, o.NetworkVolume)
		if err != nil {
			return plan, fmt.Errorf("--network-volume %s: %w", o.NetworkVolume, err)
		}
		search.DataCenters = []string{volume.DataCenter}
		plan.Running = rates.Disk*float64(o.DiskGB) + rates.NetworkVolume*float64(volume.SizeGB)
		plan.Stopped = rates.NetworkVolume * float64(volume.SizeGB)
	}
	offers, err := p.Cloud.Offers(ctx, search)
	if err != nil {
		return plan, err
	}
	plan.DataCenters = search.DataCenters
	plan.Candidates, plan.Refused = candidates(offers, o)
	plan.Ceiling = dearest(plan.Candidates)
	if len(plan.Candidates) == 0 {
		return plan, fmt.Errorf("no kind of GPU fits --gpu %s%s: %w", o.GPU, why(plan.Refused, offers), ErrNoStock)
	}
	return plan, nil
}

// why says what there would be.
func why(refused []Candidate, offers []Offer) string {
	if len(refused) > 0 {
		return fmt.Sprintf(" (%s is %s)", refused[0].Name, refused[0].Why)
	}
	var names []string
	for _, o := range offers {
		if o.MemoryGB >= leastMemoryGB {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	return "; there are: " + strings.Join(names, ", ")
}

// steps are a run's stages in people's words.
func steps(o Options) []Step {
	hostKey := "the host key must be the one that the pod's log says"
	if o.Image == "" {
		hostKey = "the host key must be known, or given by --host-key"
	}
	speculative := "with MTP, without when that fails"
	if !o.MTP || !o.served().mtp {
		speculative = "without MTP"
	}
	all := []Step{
		{"create", fmt.Sprintf("order one pod %s…: %s, %d GB disk, ports 22/tcp, %d/http, %d/tcp", namePrefix, o.Image, o.DiskGB, o.APIPort, o.APIPort)},
		{"running", "wait for the image; its start script installs sshd, keeps the host key on the volume and says it in the pod's log"},
		{"ssh", "log in with your key; " + hostKey},
		{"probe", "GPU, driver, memory, disk, glibc"},
		{"deps", "apt-get: libturbojpeg; venv in " + o.Dir + "/python; vLLM >= " + vllmLeast + ", transformers >= " + transformersLeast + ", packages of the layout sidecar, where missing"},
		{"model", "hf download " + strings.TrimSpace(o.Model+" "+o.layoutModel()) + " to the volume"},
		{"upload", "this program by sftp to " + o.Dir + "/bin, checked by SHA-256"},
		{"config", "settings, a new API key in a file of mode 0600, and the supervisor's list"},
		{"vllm", fmt.Sprintf("vllm serve %s on 127.0.0.1:%d, %s", o.Model, o.VLLMPort, speculative)},
		{"gateway", fmt.Sprintf("ocr-gateway serve on 0.0.0.0:%d", o.APIPort)},
		{"verify", "read a sample through SSH and at the public address with TLS; without a key all addresses must refuse; drafts of MTP must come true"},
	}
	if o.Benchmark {
		all = append(all, Step{"bench", "latency of one image and of five at once, then 200 pages"})
	}
	return all
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
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  \tGPU\tmemory\t$/h\tstock\twhy")
	for i, c := range p.Candidates {
		fmt.Fprintf(table, "  %d.\t%s%s\t%d GB\t%.2f\t%s\t%s\n", i+1, times(c.Count), c.Name, c.MemoryGB*c.Count, c.PricePerHour, orUnknown(c.Stock), c.Why)
	}
	for _, c := range p.Refused {
		fmt.Fprintf(table, "  -\t%s%s\t%d GB\t%.2f\t%s\t%s\n", times(c.Count), c.Name, c.MemoryGB*c.Count, c.PricePerHour, orUnknown(c.Stock), c.Why)
	}
	table.Flush()
	fmt.Fprintf(&b, "\nThe first that is free is taken: at most $%.2f an hour. Storage: $%.2f a month while running, $%.2f while stopped.\n", p.Ceiling, p.Running, p.Stopped)
	if p.MinCUDA != "" {
		fmt.Fprintf(&b, "Hosts need a driver for CUDA %s (from the image's tag).\n", p.MinCUDA)
	}
	b.WriteString("\nSteps\n")
	table = tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range p.Steps {
		fmt.Fprintf(table, "  %s\t%s\n", s.Stage, s.Does)
	}
	table.Flush()
	_, err := io.WriteString(w, b.String())
	return err
}

func times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%d x ", n)
}

func orUnknown(s Stock) string {
	if s == "" {
		return "unknown"
	}
	return string(s)
}
