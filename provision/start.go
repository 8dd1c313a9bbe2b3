package provision

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/stage"
)

// placed is met when the pod has a machine.
func (r *run) placed(ctx context.Context) error {
	if err := r.refreshPod(ctx); err != nil {
		return err
	}
	switch r.pod.State {
	case cloud.PodProvisioning:
		return stage.WaitFor("a machine is looked for")
	case cloud.PodStopped, cloud.PodFailed:
		return stage.WaitFor("the pod is %s", r.pod.State)
	}
	return nil
}

// startIfStopped starts a pod that was stopped, here or by itself, and, once, one
// that failed.
func (r *run) startIfStopped(ctx context.Context) error {
	if r.pod.State == cloud.PodFailed && r.restarted {
		return r.checkPod(ctx)
	}
	if r.pod.State != cloud.PodStopped && r.pod.State != cloud.PodFailed {
		return nil
	}
	if r.startAsked.IsZero() {
		r.startAsked = time.Now()
	}
	if err := r.askDirectPort(ctx); err != nil {
		return err
	}
	err := r.Cloud.Start(ctx, r.pod.ID)
	r.restarted = r.restarted || r.pod.State == cloud.PodFailed && (err == nil || errors.Is(err, cloud.ErrUnknownOutcome))
	switch {
	case errors.Is(err, cloud.ErrNotNow):
		return stage.WaitFor("the pod is %s, and does not start now: %v", r.pod.State, err)
	case errors.Is(err, cloud.ErrUnknownOutcome):
		return stage.WaitFor("the pod was asked to start")
	case errors.Is(err, cloud.ErrNoStock) && time.Since(r.startAsked) < r.d.Options.RetryFor:
		return stage.WaitFor("its machine has no free GPU")
	case errors.Is(err, cloud.ErrNoStock):
		return fmt.Errorf("its machine has no free GPU now: wait with --retry-for 30m, or take another machine with --replace: %w", err)
	}
	return err
}

// running is met when the container runs with all its GPUs. What the cloud
// logs meanwhile, such as the pull of the image, is shown.
func (r *run) running(ctx context.Context) error {
	if err := r.checkPod(ctx); err != nil {
		return err
	}
	switch {
	case r.pod.State == cloud.PodStopped:
		return fmt.Errorf("the pod stopped by itself")
	case r.pod.State != cloud.PodRunning:
		r.showPodLog(ctx, cloud.LogSystem)
		if far := r.pull.String(); far != "" {
			return stage.WaitFor("the image: %s", far)
		}
		return stage.WaitFor("the pod is %s", r.pod.State)
	case r.pod.GPUCount < r.d.Options.GPUCount:
		return fmt.Errorf("the pod came back with %d of %d GPUs: stop it and start it again later, or take another machine with --replace: %w",
			r.pod.GPUCount, r.d.Options.GPUCount, cloud.ErrNoStock)
	}
	r.d.PricePerHour = r.pod.PricePerHour
	return nil
}

// ported is met when sshd has an address. It changes at each start.
func (r *run) ported(ctx context.Context) error {
	if err := r.checkPod(ctx); err != nil {
		return err
	}
	if r.directPortDue() {
		return stage.WaitFor("the API's own port is off")
	}
	if _, ok := r.pod.Addresses[22]; !ok {
		if r.noPortsSince.IsZero() {
			r.noPortsSince = time.Now()
		}
		return stage.WaitFor("port 22 has no public address yet")
	}
	return nil
}

// askForPorts asks once more for ports that do not come. That resets the pod,
// which has nothing off its volume yet.
func (r *run) askForPorts(ctx context.Context) error {
	if r.directPortDue() {
		return r.askDirectPort(ctx)
	}
	if r.portsReasked || time.Since(r.noPortsSince) < r.Deadlines.Ports {
		return stage.WaitFor("port 22 has no public address yet")
	}
	r.portsReasked = true
	r.Progress.Warn("the pod's ports have no public address: asking for them again, which resets the pod")
	if err := r.Cloud.SetPorts(ctx, r.pod.ID, r.ports()); !errors.Is(err, cloud.ErrUnknownOutcome) {
		return err
	}
	return stage.WaitFor("the ports were asked for")
}
