// Package plan decides what a run would order and do, at what price and in how much
// time: which kinds of GPU fit, which stand in for them, which versions work.
package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
)

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
