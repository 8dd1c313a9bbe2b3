package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrExists means that a deployment is there already.
var ErrExists = errors.New("a deployment is there already")

// Begin returns the deployment that a run is for, locked: the one that was cut
// off before it was ready, if there is one, or a new one, saved. A ready one is
// not built twice unless another is asked for.
//
// ceiling is the price in USD an hour that was agreed to.
func (p *Provisioner) Begin(o Options, ceiling float64, another bool) (d *Deployment, resumed bool, unlock func(), err error) {
	choosing, err := p.Store.Lock("begin") // two at once would both find nothing
	if err != nil {
		return nil, false, nil, err
	}
	defer choosing()
	all, err := p.Store.All()
	if err != nil {
		return nil, false, nil, err
	}
	for _, d := range all {
		if !d.unfinished(o) {
			continue
		}
		unlock, err := p.Store.Lock(d.Name)
		if errors.Is(err, ErrBusy) && another {
			continue
		}
		d.Ceiling = max(d.Ceiling, ceiling)
		d.Options.RetryFor, d.Options.Benchmark = o.RetryFor, o.Benchmark // of the run
		return d, true, unlock, err
	}
	for _, d := range all {
		if d.Rented() && !another {
			return nil, false, nil, fmt.Errorf("%w: %s; see --status, go on with it by --pod-id %s, or add --new for another one", ErrExists, d.Name, orNone(d.PodID))
		}
	}
	d = newDeployment(o)
	d.Ceiling = ceiling
	unlock, err = p.Store.claim(d)
	return d, false, unlock, err
}

// Unfinished returns the rented deployment that a run with these options would
// go on with; nil when there is none.
func (p *Provisioner) Unfinished(o Options) (*Deployment, error) {
	all, err := p.Store.All()
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.unfinished(o) {
			return d, nil
		}
	}
	return nil, nil
}

// Find returns the deployment of a pod, locked. One that is not known here, but
// whose pod bears our mark, is taken over: the state may lie on another machine.
func (p *Provisioner) Find(ctx context.Context, podID string) (d *Deployment, unlock func(), err error) {
	all, err := p.Store.All()
	if err != nil {
		return nil, nil, err
	}
	for _, d := range all {
		if d.PodID == podID {
			unlock, err = p.Store.Lock(d.Name)
			return d, unlock, err
		}
	}
	pod, err := p.Cloud.Pod(ctx, podID)
	if err != nil {
		return nil, nil, err
	}
	if !marked(pod) {
		return nil, nil, fmt.Errorf("pod %s (%q) was not made by ocr-gateway provision", podID, pod.Name)
	}
	if d, err = adopted(pod); err != nil {
		return nil, nil, err
	}
	for _, known := range all {
		switch {
		case known.Name != pod.Name:
		case known.PodID == "": // its order was cut off
			d = known
			d.PodID = pod.ID
		default:
			return nil, nil, fmt.Errorf("pod %s is a second one of %s, whose pod is %s: end it with --terminate --pod-id %s --force", podID, d.Name, known.PodID, podID)
		}
	}
	unlock, err = p.Store.claim(d)
	return d, unlock, err
}

// Only returns the one rented deployment there is, for commands without
// --pod-id. Its pod may not be ordered yet.
func (p *Provisioner) Only() (*Deployment, error) {
	all, err := p.Store.All()
	if err != nil {
		return nil, err
	}
	var only *Deployment
	var pods []string
	for _, d := range all {
		if d.Rented() {
			only = d
			pods = append(pods, orNone(d.PodID))
		}
	}
	switch len(pods) {
	case 0:
		return nil, errors.New("no deployment is known here: name its pod with --pod-id")
	case 1:
		return only, nil
	default:
		return nil, fmt.Errorf("there are several deployments, name one: --pod-id %s", strings.Join(pods, " or --pod-id "))
	}
}

// marked says whether a pod looks like one of ours.
func marked(pod Pod) bool {
	return strings.HasPrefix(pod.Name, namePrefix) && pod.Env["GATEWAY_DIR"] != ""
}

// adopted rebuilds a deployment from its pod.
func adopted(pod Pod) (*Deployment, error) {
	o := DefaultOptions()
	kept := json.Unmarshal([]byte(pod.Env[optionsEnv]), &o) == nil && o.GPUCount > 0
	if kept {
		return adopt(pod, o)
	}
	o = DefaultOptions() // a pod of an older version: seen as far as it can be
	o.GPU, o.GPUCount, o.Image, o.Tenure = pod.GPU, max(pod.GPUCount, 1), pod.Image, pod.Tenure
	o.DiskGB, o.NetworkVolume = pod.DiskGB, pod.NetworkVolume
	if pod.VolumeGB > 0 {
		o.VolumeGB = pod.VolumeGB
	}
	o.Dir = pod.Env["GATEWAY_DIR"]
	for _, port := range pod.Ports {
		if port.HTTP {
			o.APIPort = port.Number
		}
	}
	if o.VLLMPort == o.APIPort {
		o.VLLMPort++
	}
	return adopt(pod, o)
}

func adopt(pod Pod, o Options) (*Deployment, error) {
	o.Image, o.Dir = pod.Image, pod.Env["GATEWAY_DIR"]
	d := &Deployment{Name: pod.Name, Created: pod.Created, Options: o, PodID: pod.ID}
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("pod %s is not as this program makes them: %w", pod.ID, err)
	}
	return d, nil
}
