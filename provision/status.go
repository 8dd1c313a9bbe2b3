package provision

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// States of deployments that have no pod.
const (
	podGone      PodState = "gone"
	podUnordered PodState = "not ordered"
)

// State is one pod as --status shows it.
type State struct {
	Name         string   `json:"name"`
	PodID        string   `json:"pod_id"`
	Pod          PodState `json:"state"`
	GPU          string   `json:"gpu"`
	PricePerHour float64  `json:"price_per_hour"`
	Spent        float64  `json:"spent"` // USD, by the cloud's bill
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
}

// Status returns all pods that are ours or look like ours, and deployments
// whose pod is gone.
func (p *Provisioner) Status(ctx context.Context) ([]State, error) {
	known, err := p.Store.All()
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
	for _, pod := range pods {
		i := slices.IndexFunc(known, func(d *Deployment) bool { return d.PodID == pod.ID || d.PodID == "" && d.Name == pod.Name })
		if i < 0 && !marked(pod) || pod.State == PodTerminated {
			continue
		}
		s := State{
			Name: pod.Name, PodID: pod.ID, Pod: pod.State, GPU: times(max(pod.GPUCount, 1)) + pod.GPU, PricePerHour: pod.PricePerHour,
			Spent: spent[pod.ID], Uptime: pod.Uptime, UptimeS: int64(pod.Uptime.Seconds()), Orphan: i < 0, Health: "-",
		}
		port := DefaultOptions().APIPort
		for _, offered := range pod.Ports {
			if offered.HTTP {
				port = offered.Number
			}
		}
		s.URL = p.Cloud.ProxyURL(pod.ID, port)
		s.StoragePerMonth, _ = p.storage(ctx, pod)
		if i >= 0 {
			s.Ready, s.Off = !known[i].Ready.IsZero(), known[i].Without.Lines()
			known = slices.Delete(known, i, i+1)
		}
		states = append(states, s)
	}
	for _, d := range known {
		if d.Rented() {
			state := podGone
			if d.PodID == "" {
				state = podUnordered
			}
			states = append(states, State{Name: d.Name, PodID: d.PodID, Pod: state, GPU: d.Options.GPU, Health: "-"})
		}
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
		if states[i].Pod == PodRunning {
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

// WriteStatus writes the states for people.
func WriteStatus(w io.Writer, states []State) error {
	if len(states) == 0 {
		_, err := fmt.Fprintln(w, "No pods of ocr-gateway: nothing bills.")
		return err
	}
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DEPLOYMENT\tPOD\tSTATE\tGPU\t$/h\tSTORAGE $/MONTH\tSPENT\tUPTIME\tHEALTH\t")
	var perHour, perMonth float64
	var orphans, gone []string
	for _, s := range states {
		note := ""
		switch {
		case s.Orphan:
			note = "orphan?"
			orphans = append(orphans, s.PodID)
		case s.Pod == podGone:
			gone = append(gone, s.PodID)
		case s.Pod == podUnordered:
			note = "unfinished"
		case !s.Ready:
			note = "unfinished"
		}
		perHour += s.PricePerHour
		perMonth += s.StoragePerMonth
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\t%s\t%.2f\t%s\t%s\t%s\n", s.Name, orNone(s.PodID), s.Pod, s.GPU, s.PricePerHour, orDash(s.StoragePerMonth), s.Spent, s.Uptime.Round(time.Second), s.Health, note)
	}
	table.Flush()
	fmt.Fprintf(&b, "\nBilling now: $%.2f an hour, and $%.2f a month for storage.\n", perHour, perMonth)
	for _, s := range states {
		for _, off := range s.Off {
			fmt.Fprintf(&b, "%s is without %s. Tried again by its next start, or by --try-again --pod-id %s.\n", s.Name, off, s.PodID)
		}
	}
	for _, id := range orphans {
		fmt.Fprintf(&b, "No deployment here knows %s: take it over with --pod-id %s, or end it with --terminate --pod-id %s --force.\n", id, id, id)
	}
	for _, id := range gone {
		fmt.Fprintf(&b, "%s does not exist any more: forget it with --terminate --pod-id %s.\n", id, id)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
