package provision

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

// tryAgain forgets what was given up on the host: its cause may be gone. Where the
// host serves without it that waits for a start or for being asked (TryAgain), as
// the trial restarts what serves.
func (r *run) tryAgain(ctx context.Context) error {
	off := r.d.Without
	off.DirectPort = ""
	if off == (deployment.Without{}) {
		return nil
	}
	what := strings.Join(off.Lines(), "; ")
	if !r.d.TryAgain && r.startAsked.IsZero() && !r.d.Ready.IsZero() && r.serves(ctx) {
		r.Progress.Warn("off, and left so while it serves: " + what + "; to try it again: " + r.Command(r.d, "--try-again"))
		return nil
	}
	r.Progress.Warn("trying again what was off: " + what)
	r.d.Without = deployment.Without{DirectPort: r.d.Without.DirectPort}
	return r.save()
}

// serves reports whether vLLM and the gateway work on the host.
func (r *run) serves(ctx context.Context) bool {
	for port, path := range map[int]string{r.d.Options.VLLMPort: "/health", r.d.Options.APIPort: "/readyz"} {
		status, _, err := r.get(ctx, fmt.Sprintf("http://127.0.0.1:%d%s", port, path), "")
		if err != nil || status != http.StatusOK {
			return false
		}
	}
	return true
}

// dropMTP goes on without speculative decoding.
func (r *run) dropMTP(why string) error {
	if known := plan.BrokenMTP(r.vllmVersion); known != "" {
		why += "; " + known
	}
	r.d.Without.MTP = why
	r.Progress.Warn("speculative decoding (MTP) fails, trying without: " + why)
	return r.save()
}

// dropLayout goes on without the layout sidecar: pages are read whole.
func (r *run) dropLayout(why string) error {
	r.d.Without.Layout = why
	r.Progress.Warn("layout is left out, pages are read whole: " + why)
	return r.save()
}

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
