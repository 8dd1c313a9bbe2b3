// Package plan decides what a run would order and do, at what price and in how much
// time: which kinds of GPU fit, which stand in for them, which versions work.
package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
)

// Plan is what a run would do, found out without creating anything.
type Plan struct {
	Candidates  []Candidate        `json:"candidates"` // in the order in which they are tried
	Refused     []Candidate        `json:"refused,omitempty"`
	Ceiling     float64            `json:"max_price_per_hour"`  // USD: of the highestPrice candidate
	Bound       float64            `json:"max_price_of_others"` // USD an hour for kinds that were not asked for
	Running     float64            `json:"storage_per_month"`   // USD while running, beside the price
	Stopped     float64            `json:"stopped_per_month"`   // USD for what is kept while stopped
	MinCUDA     string             `json:"min_cuda,omitempty"`  // from the image's tag
	DataCenters []string           `json:"data_centers,omitempty"`
	Options     deployment.Options `json:"options"`
	Steps       []Step             `json:"steps"`
	Takes       Span               `json:"takes"` // in all, estimated
}

// Step is something that a run does.
type Step struct {
	Stage string `json:"stage"`
	Does  string `json:"does"`
	Takes Span   `json:"takes"` // estimated
}

// Market is where GPU hosts are offered.
type Market interface {
	Offers(ctx context.Context, search cloud.Search) ([]cloud.Offer, error)
	Volume(ctx context.Context, id string) (cloud.Volume, error)
	Rates() cloud.Rates
}

// New asks the market what is free at which price.
func New(ctx context.Context, market Market, o deployment.Options) (Plan, error) {
	plan := Plan{Options: o, MinCUDA: MinCUDA(o.Image)}
	plan.Add(Steps(o))
	search := cloud.Search{Count: o.GPUCount, Tenure: o.Tenure, MinCUDA: plan.MinCUDA}
	for _, r := range o.Regions {
		if len(r) == 2 {
			search.Countries = append(search.Countries, strings.ToUpper(r))
		} else {
			search.DataCenters = append(search.DataCenters, r)
		}
	}
	rates := market.Rates()
	plan.Running = rates.Disk*float64(o.DiskGB) + rates.Volume*float64(o.VolumeGB)
	plan.Stopped = rates.VolumeStopped * float64(o.VolumeGB)
	if o.NetworkVolume != "" {
		volume, err := market.Volume(ctx, o.NetworkVolume)
		if err != nil {
			return plan, fmt.Errorf("--network-volume %s: %w", o.NetworkVolume, err)
		}
		search.DataCenters = []string{volume.DataCenter}
		plan.Running = rates.Disk*float64(o.DiskGB) + rates.NetworkVolume*float64(volume.SizeGB)
		plan.Stopped = rates.NetworkVolume * float64(volume.SizeGB)
	}
	offers, err := market.Offers(ctx, search)
	if err != nil {
		return plan, err
	}
	plan.DataCenters = search.DataCenters
	plan.Candidates, plan.Refused, plan.Bound = Candidates(offers, o)
	plan.Ceiling = highestPrice(plan.Candidates)
	if len(plan.Candidates) == 0 {
		return plan, fmt.Errorf("no kind of GPU fits --gpu %s%s: %w", o.GPU, why(plan.Refused, offers), cloud.ErrNoStock)
	}
	return plan, nil
}

// why says what there would be.
func why(refused []Candidate, offers []cloud.Offer) string {
	if len(refused) > 0 {
		return fmt.Sprintf(" (%s is %s)", refused[0].Name, refused[0].Why)
	}
	var names []string
	for _, o := range offers {
		if o.MemoryGB >= MinMemoryGB {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	return "; there are: " + strings.Join(names, ", ")
}

// Steps are a run's stages in people's words.
func Steps(o deployment.Options) []Step {
	hostKey := "the host key must be the one in the pod's log"
	if o.Image == "" {
		hostKey = "the host key must be known, or given by --host-key"
	}
	speculative := "with MTP, without when that fails"
	if !o.MTP || !o.Served().MTP {
		speculative = "without MTP"
	}
	all := []Step{
		{Stage: "create", Does: fmt.Sprintf("order one pod %s…: %s, %d GB disk, ports 22/tcp, %d/http, %d/tcp", deployment.NamePrefix, o.Image, o.DiskGB, o.APIPort, o.APIPort)},
		{Stage: "running", Does: "wait for the image; its start script installs sshd, keeps the host key on the volume and prints it in the pod's log"},
		{Stage: "ssh", Does: "log in with your key; " + hostKey},
		{Stage: "probe", Does: "GPU, driver, memory, disk, glibc"},
		{Stage: "deps", Does: "venv in " + o.Dir + "/python; JPEG encoder in " + o.Dir + "/models; vLLM >= " + MinVLLM + ", transformers >= " + MinTransformers + ", packages of the layout sidecar, where missing"},
		{Stage: "model", Does: "hf download " + strings.TrimSpace(o.Model+" "+o.SidecarModel()) + " to the volume"},
		{Stage: "upload", Does: "this program and its MuPDF library by sftp to " + o.Dir + "/bin, checked by SHA-256"},
		{Stage: "config", Does: "settings, a new API key in a file of mode 0600, and the supervisor's list"},
		{Stage: "vllm", Does: fmt.Sprintf("vllm serve %s on 127.0.0.1:%d, %s", o.Model, o.VLLMPort, speculative)},
		{Stage: "gateway", Does: fmt.Sprintf("ocr-gateway serve on 0.0.0.0:%d", o.APIPort)},
		{Stage: "verify", Does: "read a sample through SSH and at the public address with TLS; without a key all addresses must refuse; drafts of MTP must be accepted"},
	}
	if o.Benchmark {
		all = append(all, Step{Stage: "bench", Does: "latency of one image and of five at once, then 200 pages"})
	}
	return all
}

// Add takes the steps of a run and estimates how long they take.
func (p *Plan) Add(all []Step) {
	for _, s := range all {
		s.Takes = takes(s.Stage, p.Options)
		p.Steps = append(p.Steps, s)
		if s.Stage != "bench" { // it answers before
			p.Takes = p.Takes.plus(s.Takes)
		}
	}
}

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

// WriteOrder writes in two lines what will be ordered, for those who are not asked.
func (p Plan) WriteOrder(w io.Writer) error {
	_, err := fmt.Fprintf(w, "Ordering the first that is free of: %s.\nAt most $%.2f an hour; it answers after about %s.\n", p.ladder(), p.Ceiling, p.Takes)
	return err
}

// OrDash writes a price, "-" where there is none.
func OrDash(price float64) string {
	if price == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", price)
}

// Times is the prefix for n things, "2 x "; empty for one.
func Times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%d x ", n)
}

func orUnknown(s cloud.Stock) string {
	if s == "" {
		return "unknown"
	}
	return string(s)
}
