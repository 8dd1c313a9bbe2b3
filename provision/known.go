package provision

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Known are the deployments of a store at one look, oldest first.
type Known []*Deployment

// find returns the first deployment that matches; nil when none does.
func (k Known) find(matches func(*Deployment) bool) *Deployment {
	if i := slices.IndexFunc(k, matches); i >= 0 {
		return k[i]
	}
	return nil
}

// Pod returns the deployment that has a pod, or nil.
func (k Known) Pod(id string) *Deployment {
	return k.find(func(d *Deployment) bool { return d.Rented() && d.PodID == id })
}

// Unfinished returns the rented deployment that a run with these options would
// resume, or nil.
func (k Known) Unfinished(o Options) *Deployment {
	return k.find(func(d *Deployment) bool { return d.unfinished(o) })
}

// of returns the deployment of a pod that may not know its pod's id yet, or nil.
func (k Known) of(pod Pod) *Deployment {
	return k.find(func(d *Deployment) bool { return d.PodID == pod.ID || d.PodID == "" && d.Name == pod.Name })
}

// machine returns the deployment on a machine that is not rented, or nil.
func (k Known) machine(address string) *Deployment {
	return k.find(func(d *Deployment) bool { return !d.Rented() && d.Login.Address == address })
}

// successor returns the deployment that is to replace a pod, or nil.
func (k Known) successor(podID string) *Deployment {
	return k.find(func(d *Deployment) bool { return d.Replaces == podID })
}

// rented are the deployments on pods.
func (k Known) rented() Known {
	return slices.DeleteFunc(slices.Clone(k), func(d *Deployment) bool { return !d.Rented() })
}

// Only returns the one rented deployment there is, for commands without --pod-id.
// Its pod may not be ordered yet.
func (k Known) Only() (*Deployment, error) {
	rented := k.rented()
	switch len(rented) {
	case 0:
		return nil, errors.New("no deployment is known here: name its pod with --pod-id")
	case 1:
		return rented[0], nil
	}
	var pods []string
	for _, d := range rented {
		pods = append(pods, orNone(d.PodID))
	}
	return nil, fmt.Errorf("there are several deployments, name one: --pod-id %s", strings.Join(pods, " or --pod-id "))
}
