package provision

import (
	"context"
	"errors"
	"slices"

	"ocr-gateway/provision/cloud"
)

// directPort is the API's own public port.
func (r *run) directPort() cloud.Port { return cloud.Port{Number: r.d.Options.APIPort} }

// noteDirectPort keeps in mind whether the pod has the API's own port.
func (r *run) noteDirectPort() {
	switch has := slices.Contains(r.pod.Ports, r.directPort()); {
	case has:
		r.d.Without.DirectPort = ""
	case r.d.Without.DirectPort == "" && len(r.pod.Ports) > 0:
		r.d.Without.DirectPort = "the pod was made without it"
	}
}

// directPortDue reports whether the API's own port is to be asked for once more:
// of a pod that does not run, or when that was asked for, as it resets a running pod.
func (r *run) directPortDue() bool {
	return r.d.Without.DirectPort != "" && !r.portAsked && (r.d.TryAgain || r.pod.State != cloud.PodRunning)
}

// askDirectPort asks for the API's own port where it was given up.
func (r *run) askDirectPort(ctx context.Context) error {
	if !r.directPortDue() {
		return nil
	}
	r.portAsked = true
	r.Progress.Waiting("asking again for the API's own port, which was off: " + r.d.Without.DirectPort)
	err := r.Cloud.SetPorts(ctx, r.pod.ID, append(r.ports(), r.directPort()))
	var said *cloud.Error
	switch {
	case err == nil:
		r.d.Without.DirectPort = ""
	case errors.Is(err, cloud.ErrUnknownOutcome), errors.Is(err, cloud.ErrNotNow): // the next look at the pod, or the next run, tells
	case errors.Is(err, cloud.ErrRequest) && errors.As(err, &said):
		r.d.Without.DirectPort = said.Detail
	default:
		return err
	}
	return r.save()
}

// ports are what the world may reach: sshd, and the API both through the
// cloud's TLS proxy and on an address of its own, without TLS and without the
// proxy's limits. vLLM is not among them.
func (r *run) ports() []cloud.Port {
	ports := []cloud.Port{{Number: 22}, {Number: r.d.Options.APIPort, HTTP: true}}
	if r.d.Without.DirectPort == "" {
		ports = append(ports, r.directPort())
	}
	return ports
}
