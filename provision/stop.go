package provision

import (
	"context"
	"errors"
	"fmt"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/stage"
)

// Stop stops a deployment's pod and waits until only its storage is billed.
func (p *Provisioner) Stop(ctx context.Context, d *deployment.Deployment) error {
	var state cloud.PodState
	ask := askOnce{what: "stop", do: func(ctx context.Context) error { return p.Cloud.Stop(ctx, d.PodID) }}
	return p.stillBilled(d.PodID, "stop", stage.Meet(ctx, []stage.Stage{{
		Name: "stop", Phase: stage.PhaseInfrastructure, Deadline: p.Deadlines.Stop, Every: p.Poll,
		Check: func(ctx context.Context) error {
			pod, err := p.Cloud.Pod(ctx, d.PodID)
			if err != nil {
				return pendingCloud(err)
			}
			switch state = pod.State; state {
			case cloud.PodStopped:
				return nil
			case cloud.PodTerminated:
				return fmt.Errorf("the pod %s was terminated: %w", pod.ID, cloud.ErrGone)
			case cloud.PodFailed:
				return fmt.Errorf("the pod failed and does not run, so that it cannot be stopped: start it again with --start, or end it with --terminate: %w", errPodFailed)
			}
			return ask.waiting(state)
		},
		Act: func(ctx context.Context) error { return ask.ask(ctx, state) },
	}}, p.Progress))
}

// stillBilled says that a pod is still billed where it could not be stopped or destroyed.
func (p *Provisioner) stillBilled(id, action string, err error) error {
	if err == nil || errors.Is(err, cloud.ErrGone) {
		return err
	}
	if errors.Is(err, errPodFailed) {
		action = "terminate"
	}
	return &Failure{Err: err, Billed: "pod " + id + " may be billed", Next: []string{p.onPod(id, "--"+action)}}
}

// askOnce asks the cloud for a change of a pod once in each of the pod's states:
// what was granted or refused in one is not asked for in it again.
type askOnce struct {
	what  string // "stop"
	do    func(context.Context) error
	asked cloud.PodState
	said  error // what the cloud said then
}

func (a *askOnce) ask(ctx context.Context, state cloud.PodState) error {
	if state == a.asked {
		return a.waiting(state)
	}
	err := a.do(ctx)
	switch {
	case errors.Is(err, cloud.ErrUnknownOutcome):
		return stage.WaitFor("the cloud was asked, and did not answer")
	case err != nil && !errors.Is(err, cloud.ErrNotNow):
		return pendingCloud(err)
	}
	a.asked, a.said = state, err
	return a.waiting(state)
}

// waiting is what is still missing in a state.
func (a *askOnce) waiting(state cloud.PodState) error {
	switch {
	case state != a.asked:
		return stage.WaitFor("the pod is %s", state)
	case a.said != nil:
		return stage.WaitFor("the pod is %s, in which the cloud does not %s it: %v", state, a.what, a.said)
	}
	return stage.WaitFor("the pod is %s; the cloud was asked to %s it", state, a.what)
}

// Terminate destroys a deployment's pod, its volume with it, and forgets the
// deployment when the cloud says that the pod is gone. Pods that come from orders
// of this deployment which the cloud did not answer go too. A pod that it was to
// replace is a deployment of its own and stays.
func (p *Provisioner) Terminate(ctx context.Context, d *deployment.Deployment) error {
	if d.PodID != "" {
		if err := p.TerminatePod(ctx, d.PodID); err != nil {
			return err
		}
	}
	pods, err := p.named(ctx, d.Name)
	if err != nil {
		return err
	}
	for look := 0; d.PodID == "" && len(pods) == 0 && look < unansweredLooks; look++ { // its order may still be under way
		p.Progress.Waiting("no pod of this deployment is known; looking whether one comes up")
		if err := backoff.Sleep(ctx, p.Poll); err != nil {
			return err
		}
		if pods, err = p.named(ctx, d.Name); err != nil {
			return err
		}
	}
	for _, pod := range pods {
		if err := p.TerminatePod(ctx, pod.ID); err != nil {
			return err
		}
	}
	return p.Store.Drop(d)
}

// TerminatePod destroys any pod of the account and waits until it is gone.
func (p *Provisioner) TerminatePod(ctx context.Context, id string) error {
	var state cloud.PodState
	ask := askOnce{what: "terminate", do: func(ctx context.Context) error { return p.Cloud.Terminate(ctx, id) }}
	return p.stillBilled(id, "terminate", stage.Meet(ctx, []stage.Stage{{
		Name: "terminate", Phase: stage.PhaseInfrastructure, Deadline: p.Deadlines.Stop, Every: p.Poll,
		Check: func(ctx context.Context) error {
			pod, err := p.Cloud.Pod(ctx, id)
			switch {
			case errors.Is(err, cloud.ErrGone) || err == nil && pod.State == cloud.PodTerminated:
				return nil
			case err != nil:
				return pendingCloud(err)
			}
			state = pod.State
			return ask.waiting(state)
		},
		Act: func(ctx context.Context) error { return ask.ask(ctx, state) },
	}}, p.Progress))
}

// TerminateDuplicates terminates other pods of a deployment's name, which is unique:
// they come from orders that the cloud did not answer and carried out late.
func (p *Provisioner) TerminateDuplicates(ctx context.Context, d *deployment.Deployment) error {
	if !d.Rented() {
		return nil
	}
	pods, err := p.named(ctx, d.Name)
	if err != nil {
		return pendingCloud(err)
	}
	for _, pod := range pods {
		if pod.ID == d.PodID {
			continue
		}
		p.Progress.Warn("a second pod of this deployment came up late and is terminated: " + pod.ID)
		if err := p.Cloud.Terminate(ctx, pod.ID); err != nil {
			return fmt.Errorf("a second pod, %s, is billed: %w", pod.ID, err)
		}
	}
	return nil
}

// Replace makes a new deployment in place of one whose machine has no free
// GPU, or returns the one that was made. The old pod is terminated and its
// deployment forgotten when the new one is ready, and not before.
func (p *Provisioner) Replace(old *deployment.Deployment) (*deployment.Deployment, func(), error) {
	known, err := p.Store.Known()
	if err != nil {
		return nil, nil, err
	}
	if d := known.Successor(old.PodID); d != nil {
		unlock, err := p.Store.Lock(d.Name)
		return d, unlock, err
	}
	d := deployment.NewDeployment(old.Options)
	d.Ceiling, d.Replaces = old.Ceiling, old.PodID
	unlock, err := p.Store.Claim(d)
	if err != nil {
		return nil, nil, fmt.Errorf("replace %s: %w", old.Name, err)
	}
	return d, unlock, nil
}
