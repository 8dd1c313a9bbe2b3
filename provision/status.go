package provision

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

// States of deployments that have no pod.
const (
	podGone      cloud.PodState = "gone"
	podUnordered cloud.PodState = "not ordered"
)

// State is one pod as --status shows it.
type State struct {
	Name         string         `json:"name"`
	PodID        string         `json:"pod_id"`
	Pod          cloud.PodState `json:"state"`
	GPU          string         `json:"gpu"`
	PricePerHour float64        `json:"price_per_hour"`
	Spent        float64        `json:"spent"` // USD, as billed by the cloud
	// StoragePerMonth is what disk and volume cost now, in USD; 0 where it is not known.
	StoragePerMonth float64       `json:"storage_per_month"`
	Uptime          time.Duration `json:"-"`
	UptimeS         int64         `json:"uptime_s"`
	URL             string        `json:"url,omitempty"`
	Health          string        `json:"health"` // of the API as seen from here
	// Orphan: it bears our mark and no deployment here knows it.
	Orphan bool `json:"orphan"`
	// Ready: the deployment was verified once.
	Ready bool `json:"ready"`
	// Off is what failed there and is left out, and why.
	Off []string `json:"off,omitempty"`
	// Next are the commands that mend what is said about it.
	Next []string `json:"next,omitempty"`
}

// Status returns all pods that are ours or look like ours, and deployments
// whose pod is gone.
func (p *Provisioner) Status(ctx context.Context) ([]State, error) {
	known, err := p.Store.Known()
	if err != nil {
		return nil, err
	}
	pods, err := p.Cloud.Pods(ctx)
	if err != nil {
		return nil, err
	}
	spent, err := p.Cloud.Spent(ctx)
	if err != nil {
		p.Progress.Warn("the bill could not be read: " + err.Error())
	}
	states := []State{} // in JSON [], not null
	seen := map[*deployment.Deployment]bool{}
	for _, pod := range pods {
		d := known.Of(pod)
		if seen[d] {
			d = nil // a second pod of its name
		}
		if d == nil && !marked(pod) || pod.State == cloud.PodTerminated {
			continue
		}
		s := State{
			Name: pod.Name, PodID: pod.ID, Pod: pod.State, GPU: plan.Times(max(pod.GPUCount, 1)) + pod.GPU, PricePerHour: pod.PricePerHour,
			Spent: spent[pod.ID], Uptime: pod.Uptime, UptimeS: int64(pod.Uptime.Seconds()), Orphan: d == nil, Health: "-",
		}
		port := deployment.DefaultOptions().APIPort
		for _, offered := range pod.Ports {
			if offered.HTTP {
				port = offered.Number
			}
		}
		s.URL = p.Cloud.ProxyURL(pod.ID, port)
		s.StoragePerMonth, _ = p.storage(ctx, pod)
		if d != nil {
			s.Ready, s.Off = !d.Ready.IsZero(), d.Without.Lines()
		}
		s.Next = p.nextFor(s)
		states = append(states, s)
		seen[d] = true
	}
	for _, d := range known.Rented() {
		if seen[d] {
			continue
		}
		s := State{Name: d.Name, PodID: d.PodID, Pod: podGone, GPU: d.Options.GPU, Health: "-", Next: []string{p.onPod(d.PodID, "--terminate")}}
		if d.PodID == "" {
			s.Pod, s.Next = podUnordered, []string{p.Resume(d)}
		}
		states = append(states, s)
	}
	askHealth(ctx, states)
	return states, nil
}

// askHealth asks all running APIs at once.
func askHealth(ctx context.Context, states []State) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var wait sync.WaitGroup
	for i := range states {
		if states[i].Pod == cloud.PodRunning {
			wait.Go(func() { states[i].Health = health(ctx, states[i].URL) })
		}
	}
	wait.Wait()
}

func health(ctx context.Context, base string) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/health", nil)
	if err != nil {
		return "unknown"
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "no answer"
	}
	defer resp.Body.Close()
	var answer struct{ Status string }
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if json.Unmarshal(body, &answer) != nil || answer.Status == "" {
		return fmt.Sprintf("HTTP %d", resp.StatusCode)
	}
	return answer.Status
}

// nextFor returns the commands for a pod that is an orphan or goes without something.
func (p *Provisioner) nextFor(s State) []string {
	switch {
	case s.Orphan:
		return []string{p.onPod(s.PodID, ""), p.onPod(s.PodID, "--terminate") + " --force"}
	case len(s.Off) > 0:
		return []string{p.onPod(s.PodID, "--try-again")}
	}
	return nil
}

// WriteStatus writes the states for people.
func WriteStatus(w io.Writer, states []State) error {
	if len(states) == 0 {
		_, err := fmt.Fprintln(w, "No pods of ocr-gateway: nothing is billed.")
		return err
	}
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DEPLOYMENT\tPOD\tSTATE\tGPU\t$/h\tSTORAGE $/MONTH\tSPENT\tUPTIME\tHEALTH\t")
	var perHour, perMonth float64
	for _, s := range states {
		perHour += s.PricePerHour
		perMonth += s.StoragePerMonth
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\t%s\t%.2f\t%s\t%s\t%s\n", s.Name, cmp.Or(s.PodID, "missing"), s.Pod, s.GPU, s.PricePerHour, plan.OrDash(s.StoragePerMonth), s.Spent, s.Uptime.Round(time.Second), s.Health, s.note())
	}
	table.Flush()
	fmt.Fprintf(&b, "\nBilled now: $%.2f an hour, and $%.2f a month for storage.\n", perHour, perMonth)
	for _, s := range states {
		s.writeHints(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// note is the last column of the table.
func (s State) note() string {
	switch {
	case s.Orphan:
		return "orphan?"
	case s.Pod != podGone && !s.Ready:
		return "unfinished"
	}
	return ""
}

// writeHints says what is wrong with a pod, and the commands for it.
func (s State) writeHints(b *strings.Builder) {
	switch {
	case s.Orphan:
		fmt.Fprintf(b, "No deployment here knows %s. Take it over, or end it, with:\n", s.PodID)
	case s.Pod == podGone:
		fmt.Fprintf(b, "%s does not exist any more. Forget it with:\n", s.PodID)
	case s.Pod == podUnordered:
		fmt.Fprintf(b, "%s has no pod yet. Resume it with:\n", s.Name)
	case len(s.Off) > 0:
		for _, off := range s.Off {
			fmt.Fprintf(b, "%s runs without %s.\n", s.Name, off)
		}
		b.WriteString("It is tried again by the next start, or now by:\n")
	}
	for _, command := range s.Next {
		fmt.Fprintf(b, "  %s\n", command)
	}
}
