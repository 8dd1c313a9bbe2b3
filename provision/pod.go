package provision

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/stage"
)

// checkPod refreshes the pod. One that failed ends the run.
func (r *run) checkPod(ctx context.Context) error {
	if err := r.refreshPod(ctx); err != nil {
		return err
	}
	if r.pod.State == cloud.PodFailed {
		r.showPodLog(ctx, cloud.LogSystem)
		return fmt.Errorf("the cloud says that the pod failed; the next run starts it again: %w", errPodFailed)
	}
	return nil
}

// errPodFailed: the cloud gave the pod up. It does not run, and can be started again or terminated.
var errPodFailed = errors.New("its state is failed")

// refreshPod reads the pod as it is now, whatever its state.
func (r *run) refreshPod(ctx context.Context) error {
	pod, err := r.Cloud.Pod(ctx, r.d.PodID)
	if err != nil {
		if errors.Is(err, cloud.ErrGone) {
			return fmt.Errorf("the pod %s is gone and no longer billed; forget it with: %s: %w", r.d.PodID, r.Command(r.d, "--terminate"), err)
		}
		return pendingCloud(err)
	}
	r.pod = pod
	r.noteDirectPort()
	if pod.State == cloud.PodTerminated {
		return fmt.Errorf("the pod %s was terminated: %w", pod.ID, cloud.ErrGone)
	}
	return nil
}

// pendingCloud is what a look at the cloud may wait for: no connection, or an
// answer that says that the fault is the cloud's own.
func pendingCloud(err error) error {
	var said *cloud.Error
	if errors.As(err, &said) && said.Status < 500 {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, cloud.ErrLimited) {
		return err
	}
	return stage.WaitFor("the cloud does not answer: %v", err)
}

// named returns the pods of a name that exist: a deployment's own, and those of
// orders that the cloud did not answer.
func (p *Provisioner) named(ctx context.Context, name string) ([]cloud.Pod, error) {
	pods, err := p.Cloud.Pods(ctx)
	return slices.DeleteFunc(pods, func(pod cloud.Pod) bool { return pod.Name != name || pod.State == cloud.PodTerminated }), err
}

// unansweredLooks is how often a pod whose order's outcome is unknown is looked
// for: it may appear in the list some time after it was made.
const unansweredLooks = 6
