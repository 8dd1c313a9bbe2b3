package deployment

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ocr-gateway/provision/cloud"
)

// Known are the deployments of a store at one look, oldest first.
type Known []*Deployment

// Find returns the first deployment that matches; nil when none does.
func (k Known) Find(matches func(*Deployment) bool) *Deployment {
	if i := slices.IndexFunc(k, matches); i >= 0 {
		return k[i]
	}
	return nil
}

// Pod returns the deployment that has a pod, or nil.
func (k Known) Pod(id string) *Deployment {
	return k.Find(func(d *Deployment) bool { return d.Rented() && d.PodID == id })
}

// Unfinished returns the rented deployment that a run with these options would
// resume, or nil.
func (k Known) Unfinished(o Options) *Deployment {
	return k.Find(func(d *Deployment) bool { return d.Unfinished(o) })
}

// Of returns the deployment of a pod that may not know its pod's id yet, or nil.
func (k Known) Of(pod cloud.Pod) *Deployment {
	return k.Find(func(d *Deployment) bool { return d.PodID == pod.ID || d.PodID == "" && d.Name == pod.Name })
}

// Machine returns the deployment on a machine that is not rented, or nil.
func (k Known) Machine(address string) *Deployment {
	return k.Find(func(d *Deployment) bool { return !d.Rented() && d.Login.Address == address })
}

// Successor returns the deployment that is to replace a pod, or nil.
func (k Known) Successor(podID string) *Deployment {
	return k.Find(func(d *Deployment) bool { return d.Replaces == podID })
}

// Rented are the deployments on pods.
func (k Known) Rented() Known {
	return slices.DeleteFunc(slices.Clone(k), func(d *Deployment) bool { return !d.Rented() })
}

// Only returns the one rented deployment there is, for commands without --pod-id.
// Its pod may not be ordered yet.
func (k Known) Only() (*Deployment, error) {
	rented := k.Rented()
	switch len(rented) {
	case 0:
		return nil, errors.New("no deployment is known here: name its pod with --pod-id")
	case 1:
		return rented[0], nil
	}
	var pods []string
	for _, d := range rented {
		pods = append(pods, cmp.Or(d.PodID, "missing"))
	}
	return nil, fmt.Errorf("there are several deployments, name one: --pod-id %s", strings.Join(pods, " or --pod-id "))
}
