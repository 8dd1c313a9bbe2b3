package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
)

// ErrExists means that a deployment is there already.
var ErrExists = errors.New("a deployment is there already")

// Begin returns the deployment that a run is for, locked: the unfinished one, if
// there is one, or a new one, saved. A second one is built only when another is
// asked for.
//
// ceiling is the price in USD an hour that was agreed to.
func (p *Provisioner) Begin(o deployment.Options, ceiling float64, another bool) (d *deployment.Deployment, resumed bool, unlock func(), err error) {
	choosing, err := p.Store.Lock("begin") // two at once would both find nothing
	if err != nil {
		return nil, false, nil, err
	}
	defer choosing()
	known, err := p.Store.Known()
	if err != nil {
		return nil, false, nil, err
	}
	for _, d := range known {
		if !d.Unfinished(o) {
			continue
		}
		unlock, err := p.Store.Lock(d.Name)
		if errors.Is(err, deployment.ErrBusy) && another {
			continue
		}
		d.Ceiling = max(d.Ceiling, ceiling)
		d.Options.RetryFor, d.Options.Benchmark = o.RetryFor, o.Benchmark // of the run
		return d, true, unlock, err
	}
	if rented := known.Rented(); len(rented) > 0 && !another {
		d := rented[0]
		return nil, false, nil, fmt.Errorf("%w: %s; see it with %s, resume it with %s, or add --new for another one", ErrExists, d.Name, p.status(), p.Resume(d))
	}
	d = deployment.NewDeployment(o)
	d.Ceiling = ceiling
	unlock, err = p.Store.Claim(d)
	return d, false, unlock, err
}

// Select returns the deployment of a pod, neither locked nor saved. One that is not
// known here, but whose pod bears our mark, is rebuilt from the pod: the state may
// lie on another machine.
func (p *Provisioner) Select(ctx context.Context, podID string) (*deployment.Deployment, error) {
	known, err := p.Store.Known()
	if err != nil {
		return nil, err
	}
	if d := known.Pod(podID); d != nil {
		return d, nil
	}
	pod, err := p.Cloud.Pod(ctx, podID)
	if err != nil {
		return nil, err
	}
	if d := known.Of(pod); d != nil { // its order was interrupted
		d.PodID = pod.ID
		return d, nil
	}
	if !marked(pod) {
		return nil, fmt.Errorf("pod %s (%q) was not made by ocr-gateway provision", podID, pod.Name)
	}
	return adopted(pod)
}

// Take locks a deployment and saves it, for a command that changes it.
func (p *Provisioner) Take(d *deployment.Deployment) (unlock func(), err error) {
	known, err := p.Store.Known()
	if err != nil {
		return nil, err
	}
	first := known.Find(func(other *deployment.Deployment) bool {
		return other.Name == d.Name && other.PodID != "" && other.PodID != d.PodID
	})
	if first != nil {
		return nil, fmt.Errorf("pod %s is a second one of %s, whose pod is %s: end it with: %s --force", d.PodID, d.Name, first.PodID, p.onPod(d.PodID, "--terminate"))
	}
	return p.Store.Claim(d)
}

// marked reports whether a pod looks like one of ours.
func marked(pod cloud.Pod) bool {
	return strings.HasPrefix(pod.Name, deployment.NamePrefix) && pod.Env["GATEWAY_DIR"] != ""
}

// adopted rebuilds a deployment from its pod.
func adopted(pod cloud.Pod) (*deployment.Deployment, error) {
	o := deployment.DefaultOptions()
	kept := json.Unmarshal([]byte(pod.Env[deployment.OptionsEnv]), &o) == nil && o.GPUCount > 0
	if kept {
		return adopt(pod, o)
	}
	o = deployment.DefaultOptions() // a pod of an older version: seen as far as it can be
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

func adopt(pod cloud.Pod, o deployment.Options) (*deployment.Deployment, error) {
	o.Image, o.Dir = pod.Image, pod.Env["GATEWAY_DIR"]
	d := &deployment.Deployment{Name: pod.Name, Created: pod.Created, Options: o, PodID: pod.ID}
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("pod %s is not as this program makes them: %w", pod.ID, err)
	}
	return d, nil
}
