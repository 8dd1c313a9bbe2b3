// Package deployment has what is known here of a host: the options it was made with,
// how it is reached, and the store of all deployments.
package deployment

import (
	"crypto/rand"
	"strings"
	"time"
)

// NamePrefix begins the name of every deployment and of its pod. Pods of the
// account that have it and no state here look like ours, and are called orphans.
const NamePrefix = "ocr-gateway-"

// Deployment is what is known here of one host. It is saved before anything is
// created, and holds nothing that can be seen by looking at the world, except
// what the cloud cannot be asked for again.
type Deployment struct {
	Name    string    `json:"name"` // also the pod's: unique
	Created time.Time `json:"created"`
	Options Options   `json:"options"`

	// PodID is empty until the pod is known to exist. A pod may exist before: it
	// is found by its name.
	PodID string `json:"pod_id,omitempty"`
	// Ceiling is the price in USD an hour that was agreed to; no pod more expensive than
	// that is ordered.
	Ceiling float64 `json:"max_price_per_hour,omitempty"`
	// Replaces is the stopped pod that this one takes the place of; it is
	// terminated when this one is ready.
	Replaces string `json:"replaces,omitempty"`
	// InsteadOf is what was asked for, where the pod has another kind of GPU because
	// none of that was free.
	InsteadOf string `json:"instead_of,omitempty"`
	// Login is set for a machine that is not rented, and kept for one that is.
	Login Login `json:"login"`
	// Without is what failed here and is left out, until it is tried again.
	Without Without `json:"without,omitzero"`
	// TryAgain is of the run: what is left out is tried again, also where that
	// restarts what serves or resets the pod.
	TryAgain bool `json:"-"`
	// PricePerHour is what the pod costs now, in USD; 0 while it is not known.
	PricePerHour float64 `json:"-"`
	// KeyShown: the gateway's API key was on a card.
	KeyShown bool `json:"key_shown,omitempty"`
	// Ready is when the deployment was last verified; zero until then.
	Ready time.Time `json:"ready,omitzero"`
}

// Rented reports whether the host is a pod of the cloud.
func (d *Deployment) Rented() bool { return d.Options.Image != "" }

// Unfinished reports whether a run with these options would resume it.
func (d *Deployment) Unfinished(o Options) bool {
	return d.Rented() && d.Ready.IsZero() && d.Options.GPU == o.GPU
}

// NewDeployment returns one that nothing is known of yet. Its name has 40 random bits.
func NewDeployment(o Options) *Deployment {
	return &Deployment{
		Name: NamePrefix + strings.ToLower(rand.Text()[:8]), Created: time.Now().UTC().Truncate(time.Second), Options: o,
	}
}

// UsesMTP reports whether vLLM is started with speculative decoding.
func (d *Deployment) UsesMTP() bool {
	return d.Options.MTP && d.Options.Served().MTP && d.Without.MTP == ""
}

// UsesLayout reports whether the gateway runs the sidecar.
func (d *Deployment) UsesLayout() bool {
	return d.Options.SidecarModel() != "" && d.Without.Layout == ""
}

// Without is what a deployment goes without because it failed there, and why; ""
// where it does not. It is tried again: see tryAgain and askDirectPort.
type Without struct {
	MTP        string `json:"mtp,omitempty"`         // speculative decoding
	Layout     string `json:"layout,omitempty"`      // the sidecar: pages are read whole
	DirectPort string `json:"direct_port,omitempty"` // the API's own public port beside the cloud's proxy
}

// Lines say what is off and why, one line each.
func (w Without) Lines() []string {
	lines := []string{} // in JSON [], not null
	for _, off := range []struct{ what, why string }{
		{"MTP", w.MTP}, {"layout", w.Layout}, {"the API's own port", w.DirectPort},
	} {
		if off.why != "" {
			lines = append(lines, off.what+": "+off.why)
		}
	}
	return lines
}

// Login is how to reach a host.
type Login struct {
	User    string
	Address string // host:port
	// HostKeys are the keys that the host may show, as lines of authorized_keys.
	// None: those that the user's known_hosts file has for the address.
	HostKeys []string
}
